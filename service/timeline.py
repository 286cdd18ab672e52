def lines(*a):
    return []
