# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The DATEV format (EXTF) without Odoo.

Two halves that share no code on purpose:

* making a file: `booking` (entries to rows), `text`, `writer`;
* distrusting it: `checker` (format rules), `reader`, `expand` and `proof`
  (read the bytes back, apply DATEV's tax automatism, compare with the ledger).

`spec` holds the columns as data, `chart` what DATEV does by itself on accounts and tax
keys, `skr03` and `skr04` the presets of the two German charts.
"""
