//! The values that flows take from where they run: addresses and keys of services, numbers to ring.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::secret::{Secret, SecretError, SecretPlace, Shape};
use crate::flow::Setting;

/// Where such values are found: the environment, files below one folder, and the project's named secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keyring {
    folder: PathBuf,
    named: BTreeMap<Arc<str>, SecretPlace>,
}

impl Keyring {
    /// A keyring without named secrets; relative files begin in `folder`.
    #[must_use]
    pub const fn at(folder: PathBuf) -> Self {
        Self { folder, named: BTreeMap::new() }
    }

    pub(super) const fn new(folder: PathBuf, named: BTreeMap<Arc<str>, SecretPlace>) -> Self {
        Self { folder, named }
    }

    /// A value that everybody may see: one line.
    ///
    /// # Errors
    /// When it is not set or cannot be read.
    pub fn plain(&self, setting: &Setting) -> Result<Arc<str>, SecretError> {
        self.fetch(setting, Shape::Plain).map(|value| value.reveal().into())
    }

    /// A secret: one line. A file that holds it must not be for everybody.
    ///
    /// # Errors
    /// When it is not set or cannot be read, or when everybody may read it.
    pub fn secret(&self, setting: &Setting) -> Result<Secret, SecretError> {
        self.fetch(setting, Shape::Secret)
    }

    /// A certificate, as PEM.
    ///
    /// # Errors
    /// When it is not set or cannot be read.
    pub fn certificate(&self, setting: &Setting) -> Result<Secret, SecretError> {
        self.fetch(setting, Shape::Certificate)
    }

    /// The key of a certificate, as PEM. A file that holds it must not be for everybody.
    ///
    /// # Errors
    /// When it is not set or cannot be read, or when everybody may read it.
    pub fn key(&self, setting: &Setting) -> Result<Secret, SecretError> {
        self.fetch(setting, Shape::Key)
    }

    fn fetch(&self, setting: &Setting, shape: Shape) -> Result<Secret, SecretError> {
        let env = |name: &Arc<str>| SecretPlace::Env(Arc::clone(name));
        let place = match setting {
            Setting::Text(text) => return Ok(Secret::written(text)),
            Setting::Env(name) => env(name),
            Setting::File(path) => SecretPlace::File(PathBuf::from(&**path)),
            // A secret that `secrets:` does not place is an environment variable of that name.
            Setting::Secret(name) => self.named.get(name).cloned().unwrap_or_else(|| env(name)),
        };
        place.fetch_shaped(&self.folder, shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    const PEM: &str = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";

    #[test]
    fn values_come_from_the_environment_files_and_named_secrets() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str, mode| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("writes");
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("sets");
        };
        write("open", "https://shop.example\n", 0o644);
        write("closed", "kunci\n", 0o600);
        write("open.pem", PEM, 0o644);
        write("closed.pem", PEM, 0o600);
        let named = BTreeMap::from([("TOKEN".into(), SecretPlace::File("closed".into()))]);
        let keyring = Keyring::new(folder.path().to_owned(), named);
        let file = |name: &str| Setting::File(name.into());
        let value = |secret: Result<Secret, SecretError>| {
            secret.map(|secret| secret.reveal().to_owned()).map_err(|error| error.to_string())
        };
        let path = |name: &str| folder.path().join(name).display().to_string();
        let unset = "the environment variable `SAMBUNG_TEST_NEVER_SET` is not set".to_owned();
        let never = || -> Arc<str> { "SAMBUNG_TEST_NEVER_SET".into() };

        assert_eq!(&*keyring.plain(&file("open")).expect("plain"), "https://shop.example");
        assert_eq!(&*keyring.plain(&Setting::Text("x".into())).expect("plain"), "x");
        assert_eq!(value(keyring.secret(&file("closed"))), Ok("kunci".to_owned()));
        assert_eq!(value(keyring.secret(&Setting::Secret("TOKEN".into()))), Ok("kunci".to_owned()));
        assert_eq!(value(keyring.secret(&Setting::Secret(never()))), Err(unset.clone()));
        assert_eq!(value(keyring.secret(&Setting::Env(never()))), Err(unset));
        assert_eq!(value(keyring.certificate(&file("open.pem"))), Ok(PEM.trim_end().to_owned()));
        assert_eq!(value(keyring.key(&file("closed.pem"))), Ok(PEM.trim_end().to_owned()));
        for (found, why) in [
            (keyring.secret(&file("open")), "can be read by everybody; `chmod o-r` it"),
            (keyring.key(&file("open.pem")), "can be read by everybody; `chmod o-r` it"),
            (keyring.secret(&file("closed.pem")), "must hold one value of 1 to 4096 bytes"),
        ] {
            let name = if why.contains("hold") { "closed.pem" } else { "open" };
            let message = value(found).expect_err("refused");
            assert!(message.contains(&path(name)) && message.ends_with(why), "{message}");
        }
    }
}
