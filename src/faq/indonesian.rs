//! What Indonesian callers say, and what it means. General customer-service language, no shop's own words.

use super::reader::Lexicon;

/// The Indonesian lexicon.
pub(super) const LEXICON: Lexicon =
    Lexicon { colloquial: COLLOQUIAL, stop_words: STOP_WORDS, synonyms: SYNONYMS };

#[rustfmt::skip]
const COLLOQUIAL: &[(&str, &str)] = &[
    ("gimana", "bagaimana"), ("gmn", "bagaimana"), ("gmna", "bagaimana"), ("bgmn", "bagaimana"), ("piye", "bagaimana"),
    ("brp", "berapa"), ("brapa", "berapa"), ("brpa", "berapa"), ("berapaan", "berapa harga"), ("harganya", "harga"),
    ("gak", "tidak"), ("ga", "tidak"), ("gk", "tidak"), ("nggak", "tidak"), ("ngga", "tidak"), ("enggak", "tidak"),
    ("engga", "tidak"), ("tak", "tidak"), ("tdk", "tidak"), ("kagak", "tidak"), ("ndak", "tidak"), ("nda", "tidak"),
    ("gabisa", "tidak bisa"), ("gakbisa", "tidak bisa"), ("bs", "bisa"), ("bsa", "bisa"), ("gada", "tidak ada"),
    ("udah", "sudah"), ("udh", "sudah"), ("sdh", "sudah"), ("dah", "sudah"), ("blm", "belum"), ("blum", "belum"),
    ("belom", "belum"), ("aja", "saja"), ("aj", "saja"), ("yg", "yang"), ("dgn", "dengan"), ("sm", "sama"),
    ("utk", "untuk"), ("buat", "untuk"), ("bwt", "untuk"), ("kalo", "kalau"), ("klo", "kalau"), ("kl", "kalau"),
    ("dr", "dari"), ("dri", "dari"), ("krn", "karena"), ("karna", "karena"), ("tp", "tapi"), ("tpi", "tapi"),
    ("jg", "juga"), ("lg", "lagi"), ("skrg", "sekarang"), ("skrang", "sekarang"), ("hr", "hari"), ("tgl", "tanggal"),
    ("gue", "saya"), ("gua", "saya"), ("gw", "saya"), ("aku", "saya"), ("sy", "saya"), ("ane", "saya"), ("elo", "kamu"),
    ("lo", "kamu"), ("lu", "kamu"), ("kpn", "kapan"), ("dmn", "di mana"), ("dimana", "di mana"), ("mana", "mana"),
    ("kenapa", "mengapa"), ("knp", "mengapa"), ("napa", "mengapa"), ("ngapain", "apa"), ("pake", "pakai"),
    ("make", "pakai"), ("kepake", "pakai"), ("dipake", "pakai"), ("nyampe", "sampai"), ("nyampai", "sampai"),
    ("nyampenya", "sampai"), ("sampe", "sampai"), ("smp", "sampai"), ("sampek", "sampai"), ("dateng", "datang"),
    ("dtg", "datang"), ("cepet", "cepat"), ("telat", "terlambat"), ("liat", "lihat"), ("ngeliat", "lihat"),
    ("dapet", "dapat"), ("nuker", "tukar"), ("tuker", "tukar"), ("dituker", "tukar"), ("balikin", "kembali"),
    ("dibalikin", "kembali"), ("ngebalikin", "kembali"), ("balik", "kembali"), ("cancel", "batal"),
    ("dicancel", "batal"), ("kensel", "batal"), ("kekunci", "kunci"), ("kepotong", "potong"), ("ilang", "hilang"),
    ("duit", "uang"), ("dana", "uang"), ("refund", "uang kembali"), ("refundnya", "uang kembali"), ("cod", "bayar di tempat"),
    ("ongkir", "ongkos kirim"), ("ongkirnya", "ongkos kirim"), ("resinya", "nomor resi"), ("order", "pesan"),
    ("orderan", "pesan"), ("orderanku", "pesan"), ("pesenan", "pesan"), ("pesen", "pesan"), ("mesen", "pesan"),
    ("password", "kata sandi"), ("pasword", "kata sandi"), ("sandi", "kata sandi"), ("passwordnya", "kata sandi"),
    ("login", "masuk akun"), ("log", "masuk"), ("email", "surel"), ("hp", "ponsel"), ("handphone", "ponsel"),
    ("telp", "telepon"), ("tlp", "telepon"), ("telpon", "telepon"), ("no", "nomor"), ("nomer", "nomor"), ("tracking", "lacak"),
    ("ready", "stok ada"), ("restock", "stok ada lagi"), ("sold", "habis"), ("cs", "petugas"), ("admin", "petugas"),
    ("kwitansi", "kuitansi"), ("invoice", "faktur"), ("voucher", "voucer"), ("vouchernya", "voucer"), ("kupon", "voucer"),
    ("diskonan", "diskon"), ("promonya", "promo"), ("kredit", "kredit"), ("cicil", "cicil"), ("nyicil", "cicil"),
    ("service", "servis"), ("servis", "servis"), ("operasional", "buka"), ("weekend", "sabtu minggu"), ("ahad", "minggu"),
    ("bukanya", "buka"), ("tutupnya", "tutup"), ("komplen", "keluh"), ("komplain", "keluh"), ("return", "retur"),
    ("cara2", "cara"), ("makasih", ""), ("trims", ""), ("thanks", ""), ("pls", ""), ("plis", ""), ("please", ""),
];

#[rustfmt::skip]
const STOP_WORDS: &[&str] = &[
    "saya", "aku", "kami", "kita", "kamu", "anda", "dia", "mereka", "ini", "itu", "yang", "dan", "atau", "tapi",
    "tetapi", "dengan", "di", "ke", "dari", "untuk", "pada", "oleh", "dalam", "akan", "adalah", "ialah", "juga",
    "sih", "dong", "deh", "kok", "ya", "yah", "nih", "tuh", "kan", "lah", "kah", "pun", "toh", "loh", "mah", "eh",
    "halo", "hai", "permisi", "selamat", "pagi", "siang", "sore", "malam", "pak", "bapak", "bu", "ibu", "mas", "mbak",
    "kak", "bang", "min", "gan", "sis", "om", "tante", "tolong", "mohon", "minta", "mau", "ingin", "pengen", "pengin",
    "hendak", "bisa", "boleh", "dapat", "apa", "apakah", "bagaimana", "cara", "tanya", "bertanya", "menanyakan",
    "nanya", "soal", "tentang", "mengenai", "saja", "kalau", "jika", "bila", "karena", "jadi", "sudah", "sedang",
    "masih", "kira", "sekali", "banget", "terima", "kasih", "maaf", "punya", "ada", "tidak", "bukan", "jangan",
    "mengapa", "yaitu", "seperti", "hal", "lagi", "nya", "si", "para", "agar", "supaya", "lalu", "terus", "kemudian",
];

#[rustfmt::skip]
const SYNONYMS: &[&[&str]] = &[
    &["barang", "produk", "item"],
    &["ongkos", "biaya", "tarif"],
    &["diskon", "promo", "promosi", "potongan", "obral", "rabat", "cashback"],
    &["nota", "struk", "bon", "kuitansi"],
    &["rusak", "cacat", "pecah", "penyok", "retak", "sobek", "hancur", "bocor", "patah"],
    &["stok", "sedia", "kosong", "habis"],
    &["kirim", "antar", "ekspedisi", "kurir"],
    &["sampai", "tiba"],
    &["paket", "kiriman"],
    &["ubah", "ganti", "rubah", "koreksi", "ralat"],
    &["kembali", "retur", "pulang"],
    &["anggota", "member", "membership"],
    &["poin", "point", "points", "reward"],
    &["bayar", "lunas"],
    &["cicil", "angsur", "tenor"],
    &["teknisi", "montir", "tukang"],
    &["lokasi", "gerai", "showroom"],
    &["pasang", "instalasi", "instal"],
    &["petugas", "operator", "pegawai", "karyawan"],
    &["konfirmasi", "verifikasi", "validasi"],
    &["lupa", "ingat"],
    &["keluh", "kecewa", "protes"],
];
