# SPDX-License-Identifier: Apache-2.0
"""An authority of its own, certificates and SSH keys, made with the openssl and ssh-keygen tools."""

import os
import subprocess


def run(*command, folder=None):
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stdout.decode(errors='replace').strip()}")
    return done.stdout.decode()


def ssh_key(path):
    """Makes an SSH key pair and returns (algorithm, key data) of the public half."""
    if not os.path.exists(path):
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", path)
    with open(path + ".pub", encoding="ascii") as stream:
        algorithm, data = stream.read().split()[:2]
    return algorithm, data


class Authority:
    """A certificate authority in a folder: ca.pem, its key, and crl.pem."""

    def __init__(self, folder, name="Lab CA"):
        os.makedirs(folder, exist_ok=True)
        self.folder = folder
        self.certificate = os.path.join(folder, "ca.pem")
        self.crl = os.path.join(folder, "crl.pem")
        with open(os.path.join(folder, "ca.cnf"), "w", encoding="ascii") as stream:
            stream.write("[ca]\ndefault_ca = lab\n[lab]\ndatabase = index.txt\n"
                         "serial = serial\ncrlnumber = crlnumber\nunique_subject = no\ndefault_md = sha256\ndefault_crl_days = 30\n"
                         "certificate = ca.pem\nprivate_key = ca.key\n"
                         "[policy_any]\ncommonName = supplied\n"
                         "[req]\ndistinguished_name = dn\n[dn]\n")
        for file, content in (("index.txt", ""), ("serial", "1000\n"), ("crlnumber", "01\n")):
            with open(os.path.join(folder, file), "w", encoding="ascii") as stream:
                stream.write(content)
        self._openssl("req", "-x509", "-config", "ca.cnf", "-newkey", "ec", "-pkeyopt",
                      "ec_paramgen_curve:prime256v1", "-nodes", "-days", "365", "-subj",
                      f"/CN={name}", "-addext", "basicConstraints=critical,CA:true", "-addext",
                      "keyUsage=critical,keyCertSign,cRLSign", "-keyout", "ca.key", "-out",
                      "ca.pem")
        self.make_crl()

    def _openssl(self, *arguments):
        return run("openssl", *arguments, folder=self.folder)

    def issue(self, file, names=(), common_name=None, days=90, not_before=None, not_after=None,
              usage="serverAuth,clientAuth", authority=False, key=None):
        """Makes file.pem and file.key with a DNS SAN for each name; returns both paths. With
        not_before and not_after (YYYYMMDDHHMMSSZ) for a certificate of the past. With `authority`
        it may issue others. `key` is the path of a key to use instead of a new one."""
        made = ["-key", key] if key else [
            "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
            f"{file}.key"]
        self._openssl("req", "-new", "-config", "ca.cnf", *made, "-subj",
                      f"/CN={common_name or (names[0] if names else file)}", "-out",
                      f"{file}.csr")
        extensions = (f"basicConstraints=critical,CA:{'true' if authority else 'false'}\n"
                      f"extendedKeyUsage={usage}\n")
        if names:
            extensions += "subjectAltName=" + ",".join(f"DNS:{name}" for name in names) + "\n"
        with open(os.path.join(self.folder, f"{file}.ext"), "w", encoding="ascii") as stream:
            stream.write(extensions)
        validity = ["-startdate", not_before, "-enddate", not_after] if not_after else [
            "-days", str(days)]
        self._openssl("ca", "-batch", "-notext", "-config", "ca.cnf", "-policy", "policy_any",
                      *validity, "-extfile", f"{file}.ext", "-in", f"{file}.csr", "-out",
                      f"{file}.pem", "-outdir", ".")
        return (os.path.join(self.folder, f"{file}.pem"),
                key or os.path.join(self.folder, f"{file}.key"))

    def self_signed(self, file, name):
        """Makes file.pem and file.key that no authority vouches for; returns both paths."""
        self._openssl("req", "-x509", "-config", "ca.cnf", "-newkey", "ec", "-pkeyopt",
                      "ec_paramgen_curve:prime256v1", "-nodes", "-days", "90", "-subj",
                      f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-keyout",
                      f"{file}.key", "-out", f"{file}.pem")
        return (os.path.join(self.folder, f"{file}.pem"), os.path.join(self.folder, f"{file}.key"))

    def revoke(self, certificate):
        """Puts a certificate on the revocation list."""
        self._openssl("ca", "-config", "ca.cnf", "-revoke", certificate)
        self.make_crl()

    def make_crl(self, days=30):
        self._openssl("ca", "-config", "ca.cnf", "-gencrl", "-crldays", str(days), "-out",
                      "crl.pem")
