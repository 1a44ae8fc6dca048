//! What the adapters outside of this process are told of the configuration, and where their recordings lie.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use sha2::{Digest as _, Sha256};

use crate::call::SoundId;
use crate::config::{Adapter, Config, Reach};
use crate::media::built_in_sounds;
use crate::telephony::remote::{Certificate, Kind, Settings, SoundPlace, Token, WebSocket};

/// The name of the adapter that is part of this program.
pub(super) const OWN: &str = "sip";

/// The names of a node's adapters, in the order of their ids.
pub(super) fn names(config: &Config) -> Vec<&str> {
    let others = config.adapters.iter().map(|adapter| &*adapter.name);
    std::iter::once(OWN).chain(others).collect()
}

/// The settings of the adapters outside.
pub(super) fn settings(config: &Config) -> Vec<Settings> {
    if config.adapters.is_empty() {
        return Vec::new();
    }
    let sounds = sounds(config.audio.clone());
    let of = |adapter: &Adapter| one(adapter, config, sounds.clone());
    config.adapters.iter().map(of).collect()
}

/// The settings of one of them.
pub(super) fn one(adapter: &Adapter, config: &Config, sounds: SoundPlace) -> Settings {
    let kind = adapter_kind(&adapter.reach, &config.folder);
    let max_calls = adapter.max_calls.unwrap_or(config.limits.calls);
    Settings { name: Arc::clone(&adapter.name), kind, max_calls, sounds }
}

/// How the configuration says that an adapter is reached; `folder` is that of the configuration.
#[must_use]
pub fn adapter_kind(reach: &Reach, folder: &Path) -> Kind {
    match reach {
        Reach::Process(command) => {
            Kind::Process { command: command.clone(), folder: folder.to_owned() }
        }
        Reach::Socket(path) => Kind::Socket { path: path.clone() },
        Reach::WebSocket(door) => Kind::WebSocket(WebSocket {
            listen: door.listen,
            token: Token::new(door.token.reveal()),
            origins: door.origins.clone(),
            tls: door.tls.as_ref().map(|(certificate, key)| Certificate {
                certificate: certificate.clone(),
                key: key.clone(),
            }),
        }),
    }
}

/// A file as it was when its digest was taken.
type Known = BTreeMap<PathBuf, (SystemTime, u64, String)>;

/// The recordings below `audio`, by their addresses and SHA-256; those of this program are written to a folder of their
/// own when they are first asked for.
fn sounds(audio: PathBuf) -> SoundPlace {
    let spare = std::env::temp_dir().join(format!("sambung-{}", std::process::id()));
    let known = Mutex::new(Known::new());
    SoundPlace::new(move |sound| {
        let known = &mut *known.lock().unwrap_or_else(PoisonError::into_inner);
        find(sound, &audio, &spare, known)
            .inspect_err(|error| tracing::debug!(%sound, %error, "A sound has no file."))
            .ok()
    })
}

fn find(
    sound: &SoundId,
    audio: &Path,
    spare: &Path,
    known: &mut Known,
) -> io::Result<(String, String)> {
    let own = audio.join(sound.as_str());
    let path = if own.is_file() { fs::canonicalize(own)? } else { write_out(sound, spare)? };
    let facts = fs::metadata(&path)?;
    let (changed, length) = (facts.modified()?, facts.len());
    let url = format!("file://{}", path.display());
    if let Some((at, of, digest)) = known.get(&path)
        && (*at, *of) == (changed, length)
    {
        return Ok((url, digest.clone()));
    }
    let digest = hex(&Sha256::digest(fs::read(&path)?));
    known.insert(path, (changed, length, digest.clone()));
    Ok((url, digest))
}

/// Writes a sound of this program where others can read it.
fn write_out(sound: &SoundId, folder: &Path) -> io::Result<PathBuf> {
    let (_, bytes) = built_in_sounds()
        .find(|(name, _)| *name == sound.as_str())
        .ok_or(io::ErrorKind::NotFound)?;
    let path = folder.join(sound.as_str());
    if !path.is_file() {
        let parent = path.parent().unwrap_or(folder);
        fs::DirBuilder::new().recursive(true).mode(0o700).create(parent)?;
        fs::write(&path, bytes)?;
    }
    Ok(path)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Removes what was written out.
pub(super) fn clear() {
    let spare = std::env::temp_dir().join(format!("sambung-{}", std::process::id()));
    if spare.is_dir()
        && let Err(error) = fs::remove_dir_all(&spare)
    {
        tracing::debug!(%error, "Sounds that were written out are left.");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sounds_have_an_address_and_a_digest_and_ours_are_written_out() {
        let folder = tempfile::tempdir().expect("a folder");
        let (audio, spare) = (folder.path().join("audio"), folder.path().join("spare"));
        fs::create_dir_all(audio.join("en")).expect("a folder");
        fs::write(audio.join("en/a.wav"), b"abc").expect("written");
        let mut known = Known::new();
        let mut find = |name: &str| find(&SoundId::from(name), &audio, &spare, &mut known);
        let (url, digest) = find("en/a.wav").expect("it is there");
        assert!(url.starts_with("file:///") && url.ends_with("/audio/en/a.wav"), "{url}");
        assert_eq!(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let (url, _) = find("en/std/goodbye.wav").expect("it is built in");
        assert!(url.ends_with("/spare/en/std/goodbye.wav"), "{url}");
        assert!(find("en/b.wav").is_err());
        fs::write(audio.join("en/a.wav"), b"abcd").expect("written");
        assert_ne!(find("en/a.wav").expect("it is there").1, digest, "it is read anew");
    }
}
