"""Coursework: assignments as MyST notebooks, their student versions and keys, and a grader that
runs submissions in a sandbox.

``assignments`` reads the sources and writes what is handed out, ``checking`` looks for authors'
faults, ``collecting`` finds what students sent, ``submissions`` reads it, ``inert`` makes their
text
harmless to show and ``form`` holds nbgrader's form to that, ``sandbox`` and ``runner`` execute
cells in
bounds, ``answers`` carries answers across as plain data, ``grading`` scores and keeps the grade
book, ``reports`` writes what is read afterwards.
"""
