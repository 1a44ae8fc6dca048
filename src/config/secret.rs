//! Secrets: never written in the configuration, only pointed at.

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::environment;

/// The most bytes that a secret's file may hold.
const MAX_SECRET: u64 = 4_096;
/// The most bytes of a certificate with its chain, or of a key.
const MAX_PEM: u64 = 65_536;
/// The fewest characters of a password.
const MIN_PASSWORD: usize = 8;
/// The fewest characters of a token, which nobody must remember.
const MIN_TOKEN: usize = 16;

/// Where a secret is kept: `{ env: NAME }` or `{ file: PATH }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretPlace {
    /// In an environment variable.
    Env(Arc<str>),
    /// In a file of its own, alone; the last line break does not count.
    File(PathBuf),
}

/// A secret's value. It shows itself to nobody by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Arc<str>);

/// What a value looks like, and who may see the file that holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// One line that everybody may see.
    Plain,
    /// One line that nobody else may see.
    Secret,
    /// A certificate as PEM, which everybody may see.
    Certificate,
    /// A key as PEM, which nobody else may see.
    Key,
}

impl Shape {
    /// The most bytes of its file.
    const fn most(self) -> u64 {
        match self {
            Self::Plain | Self::Secret => MAX_SECRET,
            Self::Certificate | Self::Key => MAX_PEM,
        }
    }

    const fn is_private(self) -> bool {
        matches!(self, Self::Secret | Self::Key)
    }

    const fn is_one_line(self) -> bool {
        matches!(self, Self::Plain | Self::Secret)
    }
}

impl Secret {
    /// A value that stands where it is used.
    pub(super) fn written(value: &Arc<str>) -> Self {
        Self(Arc::clone(value))
    }

    /// The value, for the one place that must have it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Why a secret is not to be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// The environment does not have it.
    #[error("the environment variable `{name}` is not set")]
    Unset {
        /// The variable.
        name: Arc<str>,
    },
    /// The file cannot be read.
    #[error("the file `{}` cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Everybody on the machine may read the file.
    #[error("the file `{}` can be read by everybody; `chmod o-r` it", path.display())]
    Open {
        /// The file.
        path: PathBuf,
    },
    /// The file holds nothing, or more than one value.
    #[error("the file `{}` must hold one value of 1 to {most} bytes", path.display())]
    Shape {
        /// The file.
        path: PathBuf,
        /// The most bytes.
        most: u64,
    },
    /// The password is easily guessed.
    #[error(
        "its password is too weak: use {MIN_PASSWORD} characters or more, and not the user name"
    )]
    Weak,
    /// The token could be guessed.
    #[error("its token is too short: use {MIN_TOKEN} characters or more")]
    ShortToken,
    /// The token is long, and easily guessed all the same.
    #[error(
        "its token is easily guessed: take one made by chance, such as of `openssl rand -hex 24`"
    )]
    PlainToken,
}

impl SecretPlace {
    /// Fetches the secret; a relative file is sought in `folder`.
    pub(super) fn fetch(&self, folder: &Path) -> Result<Secret, SecretError> {
        self.fetch_shaped(folder, Shape::Secret)
    }

    /// Fetches a value of that shape.
    pub(super) fn fetch_shaped(&self, folder: &Path, shape: Shape) -> Result<Secret, SecretError> {
        match self {
            Self::Env(name) => environment::read(name)
                .map(|value| Secret(value.into()))
                .ok_or_else(|| SecretError::Unset { name: Arc::clone(name) }),
            Self::File(file) => read_file(&folder.join(file), shape),
        }
    }

    /// Fetches the password of `user` and refuses a weak one.
    pub(super) fn fetch_password(&self, folder: &Path, user: &str) -> Result<Secret, SecretError> {
        let secret = self.fetch(folder)?;
        let weak = secret.0.chars().count() < MIN_PASSWORD || *secret.0 == *user;
        if weak { Err(SecretError::Weak) } else { Ok(secret) }
    }

    /// Fetches the token of a program and refuses a short one.
    pub(super) fn fetch_token(&self, folder: &Path) -> Result<Secret, SecretError> {
        let secret = self.fetch(folder)?;
        let short = secret.0.chars().count() < MIN_TOKEN;
        if short {
            return Err(SecretError::ShortToken);
        }
        if is_plain(&secret.0) { Err(SecretError::PlainToken) } else { Ok(secret) }
    }
}

/// Words that stand in examples and that people write when they are asked for a token.
const PLAIN_WORDS: [&str; 12] = [
    "changeme", "change", "password", "secret", "token", "default", "example", "sambung", "admin",
    "qwerty", "letmein", "replace",
];
/// The fewest different characters of a token.
const MIN_DISTINCT: usize = 6;
/// The fewest characters that a token must have beside such words.
const MIN_BESIDE: usize = 8;

/// Whether a token says little for its length: words of examples, few characters again and again, or a row of them.
fn is_plain(token: &str) -> bool {
    let mut rest: String =
        token.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let bytes = rest.as_bytes();
    let steps = bytes.windows(2).filter(|pair| pair[0].abs_diff(pair[1]) <= 1).count();
    let distinct: BTreeSet<u8> = bytes.iter().copied().collect();
    let in_a_row = steps * 4 >= bytes.len() * 3;
    for word in PLAIN_WORDS {
        rest = rest.replace(word, "");
    }
    distinct.len() < MIN_DISTINCT || in_a_row || rest.len() < MIN_BESIDE
}

fn read_file(path: &Path, shape: Shape) -> Result<Secret, SecretError> {
    let unreadable = |source| SecretError::Unreadable { path: path.to_owned(), source };
    let misshapen = || SecretError::Shape { path: path.to_owned(), most: shape.most() };
    let facts = std::fs::metadata(path).map_err(unreadable)?;
    if shape.is_private() && facts.permissions().mode() & 0o004 != 0 {
        return Err(SecretError::Open { path: path.to_owned() });
    }
    if facts.len() > shape.most() {
        return Err(misshapen());
    }
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    let value = text.strip_suffix('\n').unwrap_or(&text);
    let value = value.strip_suffix('\r').unwrap_or(value);
    if value.is_empty() || (shape.is_one_line() && value.contains('\n')) {
        return Err(misshapen());
    }
    Ok(Secret(value.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fetch(content: &str, mode: u32) -> Result<Secret, SecretError> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        std::fs::write(&path, content).expect("writes");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("sets");
        SecretPlace::File("secret".into()).fetch_password(folder.path(), "password-of-201")
    }

    #[test]
    fn a_file_holds_one_secret_and_is_not_for_everybody() {
        assert_eq!(fetch("kopi-tubruk\n", 0o600).expect("a secret").reveal(), "kopi-tubruk");
        assert_eq!(fetch("kopi tubruk", 0o640).expect("a secret").reveal(), "kopi tubruk");
        assert!(matches!(fetch("kopi-tubruk\n", 0o644), Err(SecretError::Open { .. })));
        assert!(matches!(fetch("kopi\ntubruk\n", 0o600), Err(SecretError::Shape { .. })));
        assert!(matches!(fetch("\n", 0o600), Err(SecretError::Shape { .. })));
        assert!(matches!(fetch(&"k".repeat(5_000), 0o600), Err(SecretError::Shape { .. })));
        assert!(matches!(fetch("kopi\n", 0o600), Err(SecretError::Weak)));
        assert!(matches!(fetch("password-of-201\n", 0o600), Err(SecretError::Weak)));
    }

    #[test]
    fn a_token_is_not_plain() {
        for token in ["8f1d8f0c7a7a4d0d9e4b", "kopi-tubruk-pagi-hari", "Zx9-secret-Qp7w2kLm4"] {
            assert!(!is_plain(token), "{token}");
        }
        for token in [
            "changeme-changeme",
            "sambung-secret-token",
            "aaaaaaaaaaaaaaaaaaaa",
            "abababababababababab",
            "0123456789abcdefghij",
            "Password-Password-1",
        ] {
            assert!(is_plain(token), "{token}");
        }
    }

    #[test]
    fn a_secret_does_not_show_itself() {
        assert_eq!(format!("{:?}", Secret("kopi-tubruk".into())), "Secret(…)");
    }

    #[test]
    fn an_unset_variable_is_named() {
        let place = SecretPlace::Env("SAMBUNG_TEST_NEVER_SET".into());
        let error = place.fetch(Path::new(".")).expect_err("unset");
        assert_eq!(
            error.to_string(),
            "the environment variable `SAMBUNG_TEST_NEVER_SET` is not set"
        );
    }
}
