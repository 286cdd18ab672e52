#: The version of Alur: what `alur --version` says, and what a built package is called.
VERSION = "0.1.0"
