"""Homework that marks itself: masters with solutions, and what a course hands out of them.

A master is a notebook in `tutorials/assignments/`. A cell to be filled in holds its solution between
`### BEGIN SOLUTION` and `### END SOLUTION`; its nbgrader metadata name the part that is marked
(`tinyconv.check.PARTS`, or a benchmark of `tinyconv.check.speed`) and say how many points it is worth.

>>> from tinyconv import assignments
>>> assignments.names()
('convolution_and_pooling', 'film', 'im2col_and_speed', 'metadata_through_layers')
>>> assignments.master("film").points
{'linear_forward': 15.0, 'linear_backward': 20.0, 'film_forward': 25.0, 'film_backward': 40.0}

`write(name, out)` makes of a master the student's notebook, its checks, and an autograder.
"""

from tinyconv.assignments.handout import write
from tinyconv.assignments.masters import Master, master, names
from tinyconv.assignments.otter import otter_version
from tinyconv.assignments.student import student_version

__all__ = ["Master", "master", "names", "otter_version", "student_version", "write"]
