//! TLS at the door: certificate and key from files, read anew for each connection, so that new files need no restart.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::version::{TLS12, TLS13};

use crate::telephony::remote::settings::Certificate;

/// The most bytes that a file of a certificate or key may hold.
const MAX_FILE_BYTES: u64 = 4 * 1_024 * 1_024;

/// A certificate in use.
#[derive(Clone)]
pub(super) struct Tls {
    files: Certificate,
    used: TlsAcceptor,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").field("files", &self.files).finish_non_exhaustive()
    }
}

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// When they cannot be read, or not be used together.
    pub(super) fn load(files: &Certificate) -> io::Result<Self> {
        Ok(Self { files: files.clone(), used: acceptor(files)? })
    }

    /// What the next connection uses: the files as they are now, or as they were when they could be used last.
    pub(super) fn next(&mut self) -> TlsAcceptor {
        match acceptor(&self.files) {
            Ok(used) => self.used = used,
            Err(error) => {
                let certificate = self.files.certificate.display();
                tracing::error!(%certificate, %error, "The certificate cannot be used; the old one stays.");
            }
        }
        self.used.clone()
    }
}

fn acceptor(files: &Certificate) -> io::Result<TlsAcceptor> {
    let unfit = |path: &Path, why: &dyn std::fmt::Display| {
        io::Error::new(io::ErrorKind::InvalidData, format!("{}: {why}", path.display()))
    };
    let pem = read(&files.certificate)?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let chain = chain.map_err(|error| unfit(&files.certificate, &error))?;
    if chain.is_empty() {
        return Err(unfit(&files.certificate, &"it holds no certificate"));
    }
    let key = PrivateKeyDer::from_pem_slice(&read(&files.key)?)
        .map_err(|error| unfit(&files.key, &error))?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&TLS13, &TLS12])
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|error| unfit(&files.certificate, &error))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let named =
        |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    if fs::metadata(path).map_err(named)?.len() > MAX_FILE_BYTES {
        return Err(named(io::ErrorKind::FileTooLarge.into()));
    }
    fs::read(path).map_err(named)
}
