# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Reading a company's first data from spreadsheets, without Odoo.

`guard`, `xlsx` and `text_file` turn bytes into cells and refuse hostile files; `values` and
`words` turn a cell into a number, a date, a unit; `tables` says which columns a table has and
what they are called elsewhere; `reader` puts them together and lists everything that is wrong;
`template` makes the empty spreadsheets.
"""
