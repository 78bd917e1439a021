"""Certificates, signing, sealing, anchors: the only layer that touches X.509, CMS, age and PAdES."""
