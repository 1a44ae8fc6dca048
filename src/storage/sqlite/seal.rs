//! What belongs to people, sealed under a key of its contact: to forget somebody is to forget the key.

use aes_gcm::aead::{Aead as _, OsRng, Payload};
use aes_gcm::{Aes256Gcm, KeyInit as _, Nonce};
use rusqlite::params;
use zeroize::Zeroizing;

use super::sql::{Sql, unreadable};
use crate::history::Private;

/// The keys of contacts are 256 bits long.
const KEY_BYTES: usize = 32;

/// Seals what belongs to a person under the contact's key, which is made with the first row that needs it. Each entry has
/// an id of its own, so no number is used twice under a key.
pub(super) fn seal(
    sql: Sql<'_>,
    contact: &str,
    id: i64,
    private: &Private,
) -> rusqlite::Result<Vec<u8>> {
    let key = match key(sql, contact)? {
        Some(key) => key,
        None => {
            let key: [u8; KEY_BYTES] = Aes256Gcm::generate_key(&mut OsRng).into();
            let insert = "INSERT INTO contact_key (contact_id, key) VALUES (?1, ?2)";
            sql.execute(insert, params![contact, &key[..]])?;
            Zeroizing::new(key)
        }
    };
    let text = Zeroizing::new(super::sql::json(private)?);
    let id = id.to_be_bytes();
    let payload = Payload { msg: text.as_bytes(), aad: &id };
    cipher(&key)
        .encrypt(&nonce(id).into(), payload)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.to_string().into()))
}

/// Opens what was sealed; `None` if the key was forgotten.
pub(super) fn open(
    sql: Sql<'_>,
    contact: &str,
    id: i64,
    sealed: &[u8],
) -> rusqlite::Result<Option<Private>> {
    let Some(key) = key(sql, contact)? else { return Ok(None) };
    let id = id.to_be_bytes();
    // Sealed under a key that was forgotten; another one has been made since.
    let Ok(text) = cipher(&key).decrypt(&nonce(id).into(), Payload { msg: sealed, aad: &id })
    else {
        return Ok(None);
    };
    let text = Zeroizing::new(text);
    serde_json::from_slice(&text).map(Some).map_err(|error| unreadable(0, error))
}

fn key(sql: Sql<'_>, contact: &str) -> rusqlite::Result<Option<Zeroizing<[u8; KEY_BYTES]>>> {
    let select = "SELECT key FROM contact_key WHERE contact_id = ?1";
    sql.first(select, [contact], |row| row.get(0).map(Zeroizing::new))
}

fn cipher(key: &[u8; KEY_BYTES]) -> Aes256Gcm {
    Aes256Gcm::new(key.into())
}

fn nonce(id: [u8; 8]) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[4..].copy_from_slice(&id);
    debug_assert_eq!(Nonce::<aes_gcm::aead::consts::U12>::from(nonce).len(), 12);
    nonce
}
