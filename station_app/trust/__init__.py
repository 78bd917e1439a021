"""Certificates, signatures and sealing: the only folder that talks to X.509, CMS, age and PDF-signature libraries."""
