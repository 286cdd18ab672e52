"""What a process service promises: use cases, authority, working time and the record; free of web and of BPMN bytes."""
