"""How the page of a report looks, and the policy that lets nothing but this style in."""

from __future__ import annotations

import base64
import hashlib
from functools import cache

__all__ = ["STYLE", "policy"]

STYLE = """
:root { color-scheme: light dark;
  --page: #fff; --text: #1b1f24; --dim: #57606a; --line: #d0d7de; --head: #f1f4f7;
  --link: #0a58ca; --one: #b42318; --two: #d97706; --three: #6b7f95 }
@media (prefers-color-scheme: dark) { :root {
  --page: #14181d; --text: #e4e8ec; --dim: #9aa5b1; --line: #39424d; --head: #212830;
  --link: #7fb4ff; --one: #ff7b72; --two: #f0a13a; --three: #7d91a8 } }
* { box-sizing: border-box }
html { -webkit-text-size-adjust: 100% }
body { margin: 0 auto; padding: 1rem; max-width: 110rem; background: var(--page);
  color: var(--text); font: 15px/1.45 system-ui, -apple-system, "Segoe UI", sans-serif }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .5rem; overflow-wrap: anywhere }
h2 { font-size: 1.2rem; margin: 2rem 0 .3rem }
p { margin: .3rem 0; max-width: 60rem }
a { color: var(--link) }
small, .note { color: var(--dim); font-size: .87rem }
.lead { font-size: 1.1rem }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: 1rem 0 }
dt { color: var(--dim) }
dd { margin: 0; overflow-wrap: anywhere }
nav ul { list-style: none; margin: .5rem 0; padding: 0; display: flex; flex-wrap: wrap;
  gap: .3rem 1.2rem }
figure { margin: 1rem 0 }
figcaption { color: var(--dim); font-size: .87rem }
svg { display: block; width: 100%; height: 7rem; border-bottom: 1px solid var(--line) }
.one { fill: var(--one); color: var(--one) }
.two { fill: var(--two); color: var(--two) }
.three { fill: var(--three); color: var(--three) }
.ends { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem;
  color: var(--dim); font-size: .87rem; font-variant-numeric: tabular-nums }
.box { overflow: auto; max-height: 80vh; border: 1px solid var(--line); border-radius: 4px;
  margin: .5rem 0 }
.box:focus-visible { outline: 2px solid var(--link) }
table { border-collapse: separate; border-spacing: 0; width: 100%; font-size: .87rem }
th { position: sticky; top: 0; background: var(--head); text-align: left; white-space: nowrap;
  z-index: 1; font-weight: 600 }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top }
td { white-space: nowrap; font-variant-numeric: tabular-nums }
tr:last-child td { border-bottom: 0 }
tbody tr:hover td { background: var(--head) }
td.text { white-space: pre-wrap; overflow-wrap: anywhere; min-width: 20rem; max-width: 46rem }
th.number, td.number { text-align: right }
bdi { unicode-bidi: isolate }
summary { cursor: pointer }
footer { margin: 2.5rem 0 1rem; border-top: 1px solid var(--line); padding-top: .5rem }
@media (max-width: 40rem) {
  body { padding: .7rem; font-size: 14px }
  dl { grid-template-columns: 1fr; gap: 0 } dd { margin-bottom: .4rem }
  td.text { min-width: 18rem; max-width: 24rem } }
@media print {
  :root { --page: #fff; --text: #000; --dim: #444; --line: #bbb; --head: #eee; --link: #000;
    --one: #b42318; --two: #d97706; --three: #6b7f95; color-scheme: light }
  @page { size: A4 landscape; margin: 12mm }
  body { padding: 0; max-width: none; font-size: 10pt }
  nav { display: none }
  h2 { break-after: avoid } tr, figure { break-inside: avoid }
  .box { overflow: visible; max-height: none; border: 0 }
  table { font-size: 7.5pt } th { position: static } thead { display: table-header-group }
  th, td { padding: .15rem .35rem }
  td { white-space: normal; overflow-wrap: anywhere; min-width: 16mm }
  td.text { min-width: 42mm; max-width: none }
  td.time, td.number { white-space: nowrap; overflow-wrap: normal; min-width: 0 }
  .attempt summary { display: none }
  .attempt details::details-content { content-visibility: visible; display: block }
  svg { print-color-adjust: exact; -webkit-print-color-adjust: exact } }
"""
"""The only style of the page, which has no attributes ``style`` either."""


@cache
def policy() -> str:
    """Return the content security policy of the page.

    Returns
    -------
    str
        Nothing is loaded, run, sent or framed; the one style is let in by its hash
        (https://www.w3.org/TR/CSP3/#grammardef-hash-source).
    """
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
