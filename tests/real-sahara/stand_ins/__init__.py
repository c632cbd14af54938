"""The services that Sahara needs below it, in memory: `python -m stand_ins PORT`.

Nova, Glance, Neutron, Cinder and Heat answer here just what Sahara 19 asks of them when the cases of the suite run.
They have one module each, and know no tokens, projects or pages. What they do not know is answered with 404, and their
log names it. The suite makes things go wrong by way of `control`.
"""
