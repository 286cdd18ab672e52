"""The archive bundle of a finished instance: a ZIP in BagIt layout, made again the same, and checked without database.

`bundle` decides what is in it and under which name, `bag` writes the ZIP, `sheets` and `papers` make the workbook and
the PDFs, `checking` and `evidence` tell whether a file is whole. The layout is described in docs/archive.md.
"""
