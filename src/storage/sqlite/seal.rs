//! What belongs to people, sealed under a key of its contact: to forget somebody is to forget the key.

use aes_gcm::aead::{Aead as _, OsRng, Payload};
use aes_gcm::{Aes256Gcm, KeyInit as _};
use rusqlite::params;
use zeroize::Zeroizing;

use super::sql::{Sql, unreadable};
use crate::history::{Fact, Private, Retention, private_class};
use crate::time::Wall;

/// The keys of contacts are 256 bits long.
const KEY_BYTES: usize = 32;

/// Whose key it is: one of the contact for each class of what is kept for so long.
#[derive(Debug)]
pub(super) struct Holder {
    pub(super) contact: String,
    pub(super) class: &'static str,
}

impl Holder {
    /// The one of a fact whose contact is known.
    pub(super) fn of(fact: &Fact, contact: String) -> Self {
        let class = match private_class(fact) {
            Retention::Tickets => "tickets",
            _ => "private",
        };
        Self { contact, class }
    }
}

/// Seals what belongs to a person under the contact's key, which is made with the first row that needs it. Each entry has
/// an id of its own, so no number is used twice under a key.
pub(super) fn seal(
    sql: Sql<'_>,
    holder: &Holder,
    id: i64,
    at: Wall,
    private: &Private,
) -> rusqlite::Result<Vec<u8>> {
    let key = match key(sql, holder)? {
        Some(key) => key,
        None => {
            let key: [u8; KEY_BYTES] = Aes256Gcm::generate_key(&mut OsRng).into();
            let insert = "INSERT INTO contact_key (contact_id, class, made_us, key)
                VALUES (?1, ?2, ?3, ?4)";
            let at = at.as_unix_micros();
            sql.execute(insert, params![holder.contact, holder.class, at, &key[..]])?;
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
    holder: &Holder,
    id: i64,
    sealed: &[u8],
) -> rusqlite::Result<Option<Private>> {
    let Some(key) = key(sql, holder)? else { return Ok(None) };
    let id = id.to_be_bytes();
    // Sealed under a key that was forgotten; another one has been made since.
    let Ok(text) = cipher(&key).decrypt(&nonce(id).into(), Payload { msg: sealed, aad: &id })
    else {
        return Ok(None);
    };
    let text = Zeroizing::new(text);
    serde_json::from_slice(&text).map(Some).map_err(|error| unreadable(0, error))
}

fn key(sql: Sql<'_>, holder: &Holder) -> rusqlite::Result<Option<Zeroizing<[u8; KEY_BYTES]>>> {
    let select = "SELECT key FROM contact_key WHERE contact_id = ?1 AND class = ?2";
    sql.first(select, [&*holder.contact, holder.class], |row| row.get(0).map(Zeroizing::new))
}

fn cipher(key: &[u8; KEY_BYTES]) -> Aes256Gcm {
    Aes256Gcm::new(key.into())
}

fn nonce(id: [u8; 8]) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[4..].copy_from_slice(&id);
    nonce
}
