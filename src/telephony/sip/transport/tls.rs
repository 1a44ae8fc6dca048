//! TLS: certificate and key from files, who is believed, and both anew when the files change.
//!
//! A node that cannot use its certificate does not start; one that runs goes on with what it had.

use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use tokio::sync::watch;
use tokio::time::sleep;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::{Error as PemError, PemObject as _};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore, ServerConfig};

use super::certificate::{Standing, Validity};
use crate::time::Duration;

/// How long before its end a certificate is warned of.
const NOTICE: Duration = Duration::from_mins(30 * 24 * 60);
/// Longer than any certificate lasts: a hundred years.
const FOR_EVER: Duration = Duration::from_mins(100 * 365 * 24 * 60);
/// The largest file read, in bytes.
const MAX_FILE_BYTES: u64 = 4 << 20;

/// Where TLS finds its certificate, and whom it believes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// Our certificate and those that vouch for it, as PEM, ours first.
    pub certificate: PathBuf,
    /// Its private key, as PEM.
    pub key: PathBuf,
    /// Who vouches for those that connect, as PEM; `None` = they need no certificate.
    pub client_ca: Option<PathBuf>,
    /// Who vouches for servers that we connect to beside the public authorities, as PEM.
    pub server_ca: Option<PathBuf>,
}

/// Why a certificate, key or list of authorities cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The file cannot be read.
    #[error("read {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file is no PEM, or is longer than 4 MB.
    #[error("{} is not a PEM file", path.display())]
    NotPem {
        /// The file.
        path: PathBuf,
    },
    /// The file holds no section of the kind that is wanted.
    #[error("{} holds no {what}", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        what: &'static str,
    },
    /// They can be read and not used together.
    #[error("use {} with {}", certificate.display(), key.display())]
    Unfit {
        /// The certificate.
        certificate: PathBuf,
        /// The key.
        key: PathBuf,
        /// Why.
        #[source]
        source: rustls::Error,
    },
    /// An authority cannot be believed.
    #[error("believe the authorities in {}", path.display())]
    Authority {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl TlsFiles {
    /// Tries the files as a start does. Tells for how many more full days the certificate holds; `None` where it does
    /// not hold now, or does not say.
    ///
    /// # Errors
    /// [`TlsError`] when they cannot be used.
    pub fn try_out(&self) -> Result<Option<u64>, TlsError> {
        Tls::load(self)?;
        let chain = certificates(&self.certificate)?;
        let days = |validity: Validity| match validity.standing(UnixTime::now(), FOR_EVER) {
            Standing::Expires { days } => Some(days),
            Standing::Good => Some(FOR_EVER.as_secs() / 86_400),
            Standing::NotYet | Standing::Expired => None,
        };
        Ok(chain.first().and_then(Validity::of).and_then(days))
    }
}

/// TLS of both directions, as the files had it.
#[derive(Debug, Clone)]
pub(super) struct Tls {
    /// For those that connect to us.
    pub(super) server: Arc<ServerConfig>,
    /// For those that we connect to.
    pub(super) client: Arc<ClientConfig>,
}

impl Tls {
    /// Reads the files. What is not wrong and still not right is warned of in the log.
    ///
    /// # Errors
    /// [`TlsError`] when they cannot be used.
    pub(super) fn load(files: &TlsFiles) -> Result<Self, TlsError> {
        let chain = certificates(&files.certificate)?;
        warn_of_end(&files.certificate, &chain);
        let key = private_key(&files.key)?;
        let unfit = |source| TlsError::Unfit {
            certificate: files.certificate.clone(),
            key: files.key.clone(),
            source,
        };
        let provider = Arc::new(ring::default_provider());
        let server = server(&provider, files, chain.clone(), key.clone_key(), unfit)?;
        let client = client(&provider, files, chain, key, unfit)?;
        Ok(Self { server: Arc::new(server), client: Arc::new(client) })
    }
}

fn server(
    provider: &Arc<CryptoProvider>,
    files: &TlsFiles,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    unfit: impl Fn(rustls::Error) -> TlsError,
) -> Result<ServerConfig, TlsError> {
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(&unfit)?;
    let builder = match &files.client_ca {
        None => builder.with_no_client_auth(),
        Some(path) => {
            let mut roots = RootCertStore::empty();
            believe(&mut roots, path)?;
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone());
            let verifier = verifier.build().map_err(|source| TlsError::Authority {
                path: path.clone(),
                source: source.into(),
            })?;
            builder.with_client_cert_verifier(verifier)
        }
    };
    builder.with_single_cert(chain, key).map_err(unfit)
}

fn client(
    provider: &Arc<CryptoProvider>,
    files: &TlsFiles,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    unfit: impl Fn(rustls::Error) -> TlsError,
) -> Result<ClientConfig, TlsError> {
    let mut roots = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    if let Some(path) = &files.server_ca {
        believe(&mut roots, path)?;
    }
    ClientConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(&unfit)?
        .with_root_certificates(roots)
        .with_client_auth_cert(chain, key)
        .map_err(unfit)
}

fn read(path: &Path) -> Result<(Vec<u8>, Metadata), TlsError> {
    let unreadable = |source| TlsError::Unreadable { path: path.to_owned(), source };
    let metadata = File::open(path).and_then(|file| file.metadata()).map_err(unreadable)?;
    if metadata.len() > MAX_FILE_BYTES {
        return Err(TlsError::NotPem { path: path.to_owned() });
    }
    Ok((fs::read(path).map_err(unreadable)?, metadata))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let (bytes, _) = read(path)?;
    let found = CertificateDer::pem_slice_iter(&bytes).collect::<Result<Vec<_>, _>>();
    let found = found.map_err(|_| TlsError::NotPem { path: path.to_owned() })?;
    if found.is_empty() {
        return Err(TlsError::Empty { path: path.to_owned(), what: "certificate" });
    }
    Ok(found)
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    let (bytes, metadata) = read(path)?;
    if is_open_to_others(&metadata) {
        tracing::warn!(path = %path.display(), "Everybody on this machine can read the private key.");
    }
    PrivateKeyDer::from_pem_slice(&bytes).map_err(|error| match error {
        PemError::NoItemsFound => TlsError::Empty { path: path.to_owned(), what: "private key" },
        _ => TlsError::NotPem { path: path.to_owned() },
    })
}

#[cfg(unix)]
fn is_open_to_others(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o004 != 0
}

#[cfg(not(unix))]
fn is_open_to_others(_: &Metadata) -> bool {
    false
}

fn believe(roots: &mut RootCertStore, path: &Path) -> Result<(), TlsError> {
    for authority in certificates(path)? {
        roots.add(authority).map_err(|source| TlsError::Authority {
            path: path.to_owned(),
            source: source.into(),
        })?;
    }
    Ok(())
}

/// Warns of a certificate that ends soon or has ended; phones will refuse it, but that is no reason to refuse them.
fn warn_of_end(path: &Path, chain: &[CertificateDer<'static>]) {
    for validity in chain.iter().filter_map(Validity::of) {
        let name = path.display();
        match validity.standing(UnixTime::now(), NOTICE) {
            Standing::Good => {}
            Standing::Expires { days } => {
                tracing::warn!(certificate = %name, days, "The certificate expires soon.");
            }
            Standing::NotYet => {
                tracing::warn!(certificate = %name, "The certificate does not hold yet.");
            }
            Standing::Expired => {
                tracing::warn!(certificate = %name, "The certificate has expired.");
            }
        }
    }
}

/// What tells one state of the files from another.
type Look = Vec<Option<(u64, Option<SystemTime>)>>;

fn look(files: &TlsFiles) -> Look {
    let all = [Some(&files.certificate), Some(&files.key)]
        .into_iter()
        .chain([files.client_ca.as_ref(), files.server_ca.as_ref()]);
    all.map(|path| fs::metadata(path?).ok().map(|data| (data.len(), data.modified().ok())))
        .collect()
}

/// Looks at the files for ever, and passes on what they hold when they have changed, are at rest again and are good.
pub(super) async fn follow(files: TlsFiles, every: Duration, newest: watch::Sender<Tls>) {
    let mut used = look(&files);
    let mut before = used.clone();
    loop {
        sleep(every.to_std()).await;
        let now = look(&files);
        // A file is written in pieces, and the other one after it.
        let at_rest = std::mem::replace(&mut before, now.clone()) == now;
        if now == used || !at_rest {
            continue;
        }
        used = now;
        let certificate = files.certificate.display();
        match Tls::load(&files) {
            Ok(tls) => {
                tracing::info!(%certificate, "New TLS connections use the new certificate.");
                newest.send_replace(tls);
            }
            Err(error) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                tracing::error!(%error, cause, "The new certificate cannot be used; the old one stays.");
            }
        }
    }
}
