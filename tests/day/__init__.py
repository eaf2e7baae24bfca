# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""One day of a small maker, on the stand-ins: from the first order to the tax advisor's file.

`plan` says who orders what and what happens to it, `shops` are the stand-ins, `setting` is the
company, `people` what its staff do, `proofs` what has to be so in the evening, `play` lets the
day happen and `report` tells it. Processes and jobs are those of `tests.chaos`.
"""
