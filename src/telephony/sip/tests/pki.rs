//! Certificates of test parties: an authority, and what it vouches for, as files.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};

/// An authority with a folder of its own.
pub(super) struct Authority {
    folder: tempfile::TempDir,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate and its key.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
}

impl Authority {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut parameters = CertificateParams::new(Vec::new()).expect("no names");
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let certificate = parameters.self_signed(&key).expect("a certificate");
        fs::write(folder.path().join("ca.pem"), certificate.pem()).expect("is written");
        Self { folder, issuer: Issuer::new(parameters, key) }
    }

    /// The authority's own certificate.
    pub(super) fn file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// A certificate for these names or addresses, in files `NAME.pem` and `NAME.key`.
    pub(super) fn issue(&self, file: &str, names: &[&str]) -> Pair {
        self.issue_until(file, names, 2049)
    }

    /// The same until the end of a year.
    pub(super) fn issue_until(&self, file: &str, names: &[&str], year: i32) -> Pair {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let mut parameters = CertificateParams::new(names).expect("names");
        parameters.not_after = rcgen::date_time_ymd(year, 12, 31);
        let key = KeyPair::generate().expect("a key");
        let certificate = parameters.signed_by(&key, &self.issuer).expect("a certificate");
        let at = |ending: &str| self.folder.path().join(format!("{file}.{ending}"));
        let pair = Pair { certificate: at("pem"), key: at("key") };
        write_private(&pair.key, &key.serialize_pem());
        fs::write(&pair.certificate, certificate.pem()).expect("is written");
        pair
    }

    fn roots(&self) -> Arc<RootCertStore> {
        let mut roots = RootCertStore::empty();
        let ours = CertificateDer::from_pem_file(self.file()).expect("was written");
        roots.add(ours).expect("an authority");
        Arc::new(roots)
    }

    /// What a client has that believes the authority, and shows a certificate if it has one.
    pub(super) fn client(&self, own: Option<&Pair>) -> Arc<ClientConfig> {
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("they exist")
            .with_root_certificates(self.roots());
        Arc::new(match own {
            None => builder.with_no_client_auth(),
            Some(pair) => {
                let (chain, key) = pair.read();
                builder.with_client_auth_cert(chain, key).expect("they fit")
            }
        })
    }
}

impl Pair {
    fn read(&self) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        let certificate = CertificateDer::from_pem_file(&self.certificate).expect("was written");
        (vec![certificate], PrivateKeyDer::from_pem_file(&self.key).expect("was written"))
    }

    /// What a server has that shows the certificate.
    pub(super) fn server(&self) -> Arc<ServerConfig> {
        let (chain, key) = self.read();
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("they exist")
            .with_no_client_auth();
        Arc::new(builder.with_single_cert(chain, key).expect("they fit"))
    }
}

/// Writes a file that its owner alone can read.
fn write_private(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::write(path, text).expect("is written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("is ours");
}
