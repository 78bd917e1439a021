"""Makes the certificate database by which ``pdfsig`` knows the centre, for the checks anyone can run."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from station_app.messages import Refusal
from station_app.trust import chain
from station_app.trust.refusals import TrustRefusal

#: What an NSS database consists of; nothing else in the folder is touched.
_FILES = ("cert9.db", "key4.db", "pkcs11.txt")


def nss_database(folder: Path, root: bytes, issuing: bytes) -> Path | Refusal:
    """A fresh NSS database in ``folder`` that trusts the root and knows the issuing certificate.

    ``pdfsig -nssdir sql:FOLDER report.pdf`` then says "Certificate is Trusted".
    """
    certutil = shutil.which("certutil")
    if certutil is None:
        return Refusal(TrustRefusal.NO_CERTUTIL)
    folder.mkdir(parents=True, exist_ok=True)
    for name in _FILES:
        (folder / name).unlink(missing_ok=True)
    database = f"sql:{folder}"
    subprocess.run([certutil, "-N", "-d", database, "--empty-password"], check=True, capture_output=True)
    with tempfile.TemporaryDirectory() as place:
        for name, der, trust in (("station-app root", root, "CT,CT,CT"), ("station-app issuing", issuing, ",,")):
            file = Path(place) / "certificate.pem"
            file.write_bytes(chain.pem_of(der))
            command = [certutil, "-A", "-d", database, "-n", name, "-t", trust, "-i", str(file)]
            subprocess.run(command, check=True, capture_output=True)
    return folder
