//! An authority, one that it vouches for, and certificates of servers by the latter, as files.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tempfile::TempDir;

/// Two authorities: the first is what others believe in, the second signs for it.
#[derive(Debug)]
pub(crate) struct Authority {
    folder: TempDir,
    issuer: Issuer<'static, KeyPair>,
    second: String,
}

impl Authority {
    /// Makes both, valid for decades.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder for certificates");
        let key = KeyPair::generate().expect("a key");
        let first = authority("Sambung tests, root");
        let certificate = first.self_signed(&key).expect("a certificate");
        fs::write(folder.path().join("root.pem"), certificate.pem()).expect("it takes files");
        let root = Issuer::new(first, key);
        let key = KeyPair::generate().expect("a key");
        let parameters = authority("Sambung tests, intermediate");
        let second = parameters.signed_by(&key, &root).expect("a certificate").pem();
        Self { folder, issuer: Issuer::new(parameters, key), second }
    }

    /// The file of the certificate that others believe in.
    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("root.pem")
    }

    /// Writes `cert.pem` (with the intermediate certificate behind it) and `key.pem` into a folder: a certificate of
    /// 127.0.0.1 whose subject is `name`.
    pub(crate) fn issue(&self, name: &str, folder: &Path) {
        let names = ["127.0.0.1".to_owned(), "localhost".to_owned()];
        let mut parameters = CertificateParams::new(names).expect("good names");
        parameters.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().expect("a key");
        let certificate = parameters.signed_by(&key, &self.issuer).expect("a certificate");
        fs::create_dir_all(folder).expect("the test's folder takes folders");
        let private = folder.join("key.pem");
        fs::write(&private, key.serialize_pem()).expect("the test's folder takes files");
        fs::set_permissions(&private, fs::Permissions::from_mode(0o600)).expect("it is ours");
        fs::write(folder.join("cert.pem"), certificate.pem() + &self.second)
            .expect("the test's folder takes files");
    }
}

fn authority(name: &str) -> CertificateParams {
    let mut parameters = CertificateParams::new(Vec::new()).expect("no names");
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters
}
