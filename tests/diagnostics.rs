//! What `sambung check` prints: one small broken flow per rule, and a shop with ten faults at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use sambung::call::SoundId;
use sambung::flow::{
    AudioFact, Compiled, Facts, Format, Level, RULES, Sources, compile, words_hash,
};
use sambung::time::{Date, Duration};

#[path = "diagnostics/script.rs"]
mod script;

/// A flow of one language around some nodes; line 6 is the first of them.
fn around(nodes: &str) -> String {
    format!("sambung: 1\nflow: t\nlanguage: id\nstart: a\nnodes:\n{nodes}")
}

/// Rules with the flows that break them. Flows that begin with two spaces are nodes of a flow around them.
const CASES: &[(&str, &str, &str)] = &[
    ("E0001", "colon", "  a: { hangup: x }\n  b:\n    say: Untuk jam buka: tekan 1\n"),
    ("E0001", "tab", "  a:\n\thangup: Sampai jumpa lagi.\n"),
    ("E0001", "star", "  a: { hangup: Sampai jumpa. }\ncommands:\n  *: back\n"),
    ("E0001", "bracket", "  a:\n    hangup: [Sampai jumpa lagi.\n  b: { hangup: x y }\n"),
    ("E0001", "apostrophe", "  a:\n    hangup: 'Jum'at kami tutup.'\n"),
    (
        "E0002",
        "choice",
        "  a:\n    menu: Silakan pilih.\n    choices:\n      1: b\n      2: b\n      \"1\": b\n  b: { hangup: Sampai jumpa. }\n",
    ),
    (
        "E0003",
        "edition",
        "sambung: 3\nflow: t\nlanguage: id\nstart: a\nnodes: { a: { hangup: [] } }\n",
    ),
    ("E0004", "alias", "  a: &bye { hangup: Sampai jumpa. }\n  b: *bye\n"),
    (
        "W0005",
        "hash",
        "  a:\n    say: Untuk bantuan tekan #1\n    next: b\n  b: { hangup: Sampai jumpa. }\n",
    ),
    ("W0006", "key", "  a: { hangup: Sampai jumpa. }\ncommands:\n  #: repeat\n  \"*\": back\n"),
    ("E0007", "braces", "  a:\n    say: {nama}\n    next: b\n  b: { hangup: Sampai jumpa. }\n"),
    (
        "W0008",
        "word",
        "  a:\n    menu: Silakan jawab.\n    choices:\n      1: { goto: b, words: [ya, yes] }\n    failed: b\n  b: { hangup: Sampai jumpa. }\n",
    ),
    (
        "E0009",
        "deep",
        "  a: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n",
    ),
    (
        "E0010",
        "key",
        "  a:\n    say: Selamat datang.\n    nxet: b\n  b: { hangup: Sampai jumpa. }\n",
    ),
    ("E0010", "later", "  a:\n    hangup: Sampai jumpa.\n    next: a\nsurveys: { orders: {} }\n"),
    (
        "E0011",
        "values",
        "  a:\n    menu: Silakan pilih.\n    timeout: 5\n    bargein: maybe\n    retry: { max: many }\n    choices: { 1: { goto: a }, helo: b }\n  b: { hangup: Sampai jumpa. }\n",
    ),
    (
        "E0011",
        "numbers",
        "  a:\n    queue: service\n    priority: 42\n    full: b\n    closed: b\n    unstaffed: b\n    too_long: b\n  b: { hangup: Sampai jumpa. }\nqueues: { service: { max_calls: -3 } }\nlimits: { visits: 99999999999 }\n",
    ),
    ("E0012", "start", "sambung: 1\nflow: t\nnodes: {}\n"),
    (
        "E0013",
        "name",
        "  main menu: { hangup: Sampai jumpa. }\n  a: { hangup: Sampai jumpa. }\n  back: { hangup: [] }\n",
    ),
    (
        "E0101",
        "node",
        "  a:\n    menu: Silakan pilih.\n    choices: { 1: order_aks, 2: nowhere }\n  order_ask: { hangup: Sampai jumpa. }\n",
    ),
    (
        "E0102",
        "two",
        "  a: { say: Sebentar ya., queue: service, next: b }\n  b: { hangup: Sampai jumpa. }\n",
    ),
    (
        "E0102",
        "none",
        "  a: { mneu: Silakan pilih., choices: { 1: b } }\n  b: { hungup: Sampai jumpa. }\n  c: { next: a }\n",
    ),
    (
        "E0103",
        "outcomes",
        "  a: { say: Selamat datang. }\n  b:\n    queue: service\n    full: c\n  c: { hangup: Sampai jumpa. }\nqueues: { service: {} }\n",
    ),
    (
        "E0104",
        "names",
        "  a: { hours: shpo, open: b, closed: b }\n  b: { hangup: Sampai jumpa. }\ncalendars: { shop: { zone: Asia/Jakarta, open: { mon-fri: \"08:00-17:00\" }, holidays: { use: [indonesa] } } }\nqueues: { service: { hours: day } }\n",
    ),
    (
        "E0105",
        "outcome",
        "sambung: 1\nflow: t\nlanguage: id\nstart: a\nnodes:\n  a: { call: s, ok: b, failed: b }\n  b: { hangup: Sampai jumpa lagi. }\nsubflows:\n  s:\n    outcomes: [ok, locked]\n    vars: { n: { type: digits } }\n    start: x\n    nodes:\n      x: { collect: Masukkan nomor Anda., into: n, as: { type: digits, length: 4 }, ok: y }\n      y: { return: ok }\n",
    ),
    (
        "E0106",
        "parameter",
        "sambung: 1\nflow: t\nlanguage: id\nstart: a\nnodes:\n  a: { call: s, with: { trys: 3 }, ok: b, failed: b }\n  b: { hangup: Sampai jumpa lagi. }\nsubflows:\n  s:\n    outcomes: [ok]\n    params: { tries: { type: int, start: 1 } }\n    start: x\n    nodes:\n      x: { set: { tries: =tries + 1 }, next: y }\n      y: { return: ok }\n",
    ),
    (
        "E0107",
        "circle",
        "sambung: 1\nflow: t\nlanguage: id\nstart: a\nnodes:\n  a: { call: s, ok: b, failed: b }\n  b: { hangup: Sampai jumpa lagi. }\nsubflows:\n  s:\n    outcomes: [ok]\n    start: x\n    nodes:\n      x: { call: r, ok: y }\n      y: { return: ok }\n  r:\n    outcomes: [ok]\n    start: x\n    nodes:\n      x: { call: s, ok: y }\n      y: { return: ok }\n",
    ),
    ("E0108", "return", "  a: { return: ok }\n"),
    (
        "E0109",
        "outcome",
        "sambung: 1\nflow: t\nlanguage: id\nstart: a\nnodes:\n  a: { call: s, ok: b, failed: b }\n  b: { hangup: Sampai jumpa lagi. }\nsubflows:\n  s:\n    outcomes: [ok]\n    start: x\n    nodes:\n      x: { return: okay }\n",
    ),
    (
        "E0110",
        "else",
        "  a:\n    branch:\n      - { when: score > 3, goto: b }\n  b: { hangup: Sampai jumpa. }\nvars: { score: { type: int, start: 1 } }\n",
    ),
    (
        "W0111",
        "calendar",
        "  a: { hangup: Sampai jumpa. }\ncalendars:\n  shop: { zone: Asia/Jakarta, open: { mon-fri: 08:00-17:00 } }\n",
    ),
    ("E0112", "hangup", "  a: { hangup: Sampai jumpa. }\non_hangup: a\n"),
    (
        "W0201",
        "lost",
        "  a: { hangup: Sampai jumpa. }\n  lost: { say: Kabar baru hari ini., next: a }\n",
    ),
    (
        "E0202",
        "trap",
        "  a: { menu: Silakan pilih., choices: { 1: packing, 2: bye } }\n  packing: { say: Pesanan disiapkan., next: hold }\n  hold: { say: Mohon tunggu., next: packing }\n  bye: { hangup: Sampai jumpa. }\n",
    ),
    (
        "E0301",
        "prompt",
        "  a: { say: welcom, next: b }\n  b: { hangup: Halo }\nprompts: { welcome: Selamat datang. }\n",
    ),
    (
        "E0302",
        "language",
        "sambung: 1\nflow: t\nlanguages: [id, en]\nstart: a\nnodes: { a: { hangup: bye } }\nprompts:\n  bye: { id: Sampai jumpa. }\n",
    ),
    (
        "N0304",
        "failed",
        "  a: { menu: Silakan pilih., choices: { 1: b } }\n  b: { hangup: Sampai jumpa. }\n",
    ),
    (
        "E0305",
        "slot",
        "  a: { hangup: bye }\nvars: { order_no: { type: digits, start: \"12\" } }\nprompts: { bye: { id: \"Pesanan {order_no:money} dikirim.\" } }\n",
    ),
    (
        "E0305",
        "form",
        "  a: { hangup: bye }\nvars: { n: { type: int, start: 3 } }\nprompts: { bye: { id: \"Anda urutan {n:ordnal}.\" } }\n",
    ),
    (
        "E0305",
        "brace",
        "  a: { hangup: bye }\nvars: { n: { type: int, start: 3 } }\nprompts: { bye: { id: \"Anda urutan {n sekarang.\" } }\n",
    ),
    (
        "E0305",
        "differ",
        "sambung: 1\nflow: t\nlanguages: [id, en]\nstart: a\nvars: { n: { type: int, start: 3 } }\nnodes: { a: { hangup: bye } }\nprompts: { bye: { id: \"Anda urutan {n:ordinal}.\", en: Please wait a moment. } }\n",
    ),
    (
        "E0306",
        "missing",
        "  a: { hangup: jingle }\nprompts: { jingle: { audio: jingel.wav }, noise: { audio: noise.wav } }\n",
    ),
    ("E0308", "silence", "  a: { menu: [], choices: { 1: b } }\n  b: { say: [], next: a }\n"),
    (
        "W0309",
        "literal",
        "sambung: 1\nflow: t\nlanguages: [id, en]\nstart: a\nnodes: { a: { hangup: Sampai jumpa lagi. } }\n",
    ),
    ("N0312", "unspoken", "  a: { hangup: bye }\nprompts: { bye: Sampai jumpa. }\n"),
    (
        "E0404",
        "words",
        "  a:\n    menu: Silakan pilih.\n    choices:\n      1: { goto: b, words: [harga, produk] }\n      2: { goto: b, words: [harganya] }\n    commands: { \"0\": { goto: b, words: [produk] } }\n  b: { hangup: Sampai jumpa. }\n",
    ),
    (
        "E0405",
        "key",
        "  a:\n    menu: Untuk harga, tekan 1. Untuk keluhan, tekan 4.\n    choices: { 1: b }\n  b: { hangup: Sampai jumpa. }\n",
    ),
    (
        "E0409",
        "end",
        "  a:\n    collect: Masukkan nomor.\n    into: number\n    as: { type: digits, min: 0, max: 8, end: \"#\" }\n    ok: b\n  b: { hangup: Sampai jumpa. }\nvars: { number: { type: digits } }\ncommands: { \"#\": repeat }\n",
    ),
    (
        "E0410",
        "limits",
        "  a:\n    collect: Berapa nilainya?\n    into: score\n    as: { type: int, min: 9, max: 5 }\n    ok: b\n  b:\n    collect: Masukkan nomor.\n    into: number\n    as: { type: digits, min: 4, max: 8, end: none }\n    ok: c\n  c: { hangup: Sampai jumpa. }\nvars: { score: { type: int }, number: { type: digits } }\n",
    ),
    (
        "E0011",
        "queue_keys",
        "  a:\n    queue: service\n    keys: { 12: b, x: b }\n    announce: { every: 5s }\n    full: b\n    closed: b\n    unstaffed: b\n    too_long: b\n  b: { hangup: Sampai jumpa. }\nqueues: { service: {} }\n",
    ),
    (
        "E0414",
        "queue_key",
        "  a:\n    queue: service\n    keys: { 1: b }\n    offer_callback: { after: 90s, say: Untuk ditelepon kembali tekan 1., key: 1 }\n    full: b\n    closed: b\n    unstaffed: b\n    too_long: b\n  b: { hangup: Sampai jumpa. }\nqueues: { service: {} }\n",
    ),
    (
        "E0501",
        "variable",
        "  a:\n    branch:\n      - { when: attemps >= 3, goto: b }\n      - { when: call.lang == id, goto: b }\n    else: b\n  b: { hangup: Sampai jumpa. }\nvars: { attempts: { type: int } }\n",
    ),
    (
        "E0503",
        "types",
        "  a:\n    branch:\n      - { when: 'attempts == \"2\"', goto: b }\n      - { when: number == 812, goto: b }\n    else: b\n  b: { hangup: Sampai jumpa. }\nvars: { attempts: { type: int }, number: { type: digits } }\n",
    ),
    (
        "E0504",
        "into",
        "  a:\n    collect: Berapa nilainya?\n    into: score\n    as: { type: int }\n    ok: b\n  b: { hangup: Sampai jumpa. }\nvars: { score: { type: digits } }\n",
    ),
    (
        "E0505",
        "syntax",
        "  a:\n    branch:\n      - { when: 'topic = \"order\"', goto: b }\n      - { when: (topic == \"x\", goto: b }\n    else: b\n  b: { hangup: Sampai jumpa. }\nvars: { topic: { type: text } }\n",
    ),
    (
        "E0508",
        "wanted",
        "  a:\n    branch:\n      - { when: topic, goto: b }\n    else: b\n  b: { set: { score: high, topic: 5 }, next: c }\n  c: { hangup: Sampai jumpa. }\nvars: { topic: { type: text, start: x }, score: { type: int } }\n",
    ),
    (
        "E0502",
        "empty",
        "  a: { say: order_tell, next: b }\n  b:\n    branch:\n      - { when: score > 3, goto: z }\n    else: z\n  z: { hangup: Sampai jumpa. }\nvars: { number: { type: digits, class: personal }, score: { type: int } }\nprompts: { order_tell: \"Pesanan {number:digits} sudah dikirim.\" }\n",
    ),
    (
        "E0504",
        "answer",
        "  a:\n    http: core.find\n    with: { id: \"7\" }\n    into: order\n    ok: b\n    failed: z\n  b:\n    http: core.close\n    with: { id: =order }\n    into: order\n    ok: z\n    failed: z\n  z: { hangup: Sampai jumpa. }\nvars: { order: { type: text } }\nservices:\n  core:\n    base: { env: CORE_URL }\n    types: { Order: { status: text } }\n    operations:\n      find: { get: \"/orders/{id}\", path: { id: text }, returns: Order }\n      close: { post: /close, body: { id: text } }\n",
    ),
    (
        "W0506",
        "unread",
        "  a: { set: { topic: order }, next: z }\n  z: { hangup: Sampai jumpa. }\nvars: { topic: { type: text, start: general } }\n",
    ),
    (
        "W0507",
        "constant",
        "  a:\n    menu: Silakan pilih.\n    choices: { 1: { goto: b, set: { topic: order } }, 2: b }\n    failed: z\n  b:\n    branch:\n      - { when: 'topic == \"ordr\"', goto: z }\n      - { when: length(topic) < 0, goto: z }\n    else: z\n  z: { hangup: Sampai jumpa. }\nvars: { topic: { type: text, start: general } }\n",
    ),
    (
        "E0601",
        "clear",
        "  a:\n    http: core.find\n    with: { api_key: sk_live_4eC39HqLyjWDarjtT1zdp7dc }\n    ok: z\n    failed: z\n  z: { hangup: Sampai jumpa. }\nservices:\n  core:\n    base: \"https://shop:geheim@core.example\"\n    auth: { bearer: 4eC39HqLyjWDarjtT1zdp7dc }\n    operations: { find: { post: /find, body: { api_key: text } } }\n",
    ),
    (
        "E0602",
        "spoken",
        "  a:\n    collect: Masukkan PIN Anda.\n    into: pin\n    as: { type: digits, length: 6 }\n    record_call: pause\n    ok: b\n    failed: z\n  b: { say: \"PIN Anda {pin:digits}.\", next: z }\n  z: { hangup: Sampai jumpa. }\nvars: { pin: { type: digits, class: secret } }\n",
    ),
    (
        "E0603",
        "accepts",
        "  a:\n    collect: Masukkan PIN Anda.\n    into: pin\n    as: { type: digits, length: 6 }\n    record_call: pause\n    ok: b\n    failed: z\n  b:\n    http: core.login\n    with: { pin: =pin }\n    ok: z\n    failed: z\n  z: { hangup: Sampai jumpa. }\nvars: { pin: { type: digits, class: secret } }\nservices:\n  core:\n    base: { env: CORE_URL }\n    operations:\n      login: { post: /login, body: { pin: pin } }\n      find: { get: \"/find/{pin}\", path: { pin: pin } }\n      look: { get: /look, query: { phone: phone } }\n",
    ),
    (
        "E0604",
        "address",
        "  a:\n    collect: Masukkan PIN Anda.\n    into: pin\n    as: { type: digits, length: 6 }\n    record_call: pause\n    ok: b\n    failed: z\n  b:\n    http: core.find\n    with: { pin: =pin }\n    ok: z\n    failed: z\n  z: { hangup: Sampai jumpa. }\nvars: { pin: { type: digits, class: secret } }\nservices:\n  core:\n    base: { env: CORE_URL }\n    operations:\n      login: { post: /login, body: { pin: pin } }\n      find: { get: \"/find/{pin}\", path: { pin: pin } }\n      look: { get: /look, query: { phone: phone } }\n",
    ),
    (
        "W0605",
        "query",
        "  a:\n    http: core.look\n    with: { phone: =call.from }\n    ok: z\n    failed: z\n  z: { hangup: Sampai jumpa. }\nservices:\n  core:\n    base: { env: CORE_URL }\n    operations:\n      login: { post: /login, body: { pin: pin } }\n      find: { get: \"/find/{pin}\", path: { pin: pin } }\n      look: { get: /look, query: { phone: phone } }\n",
    ),
    (
        "E0606",
        "shown",
        "  a:\n    collect: Masukkan PIN Anda.\n    into: pin\n    as: { type: digits, length: 6 }\n    record_call: pause\n    ok: b\n    failed: z\n  b: { note: { entered: =pin }, next: z }\n  z: { hangup: Sampai jumpa. }\nvars: { pin: { type: digits, class: secret } }\n",
    ),
    (
        "E0607",
        "recorded",
        "  a:\n    collect: Masukkan PIN Anda.\n    into: pin\n    as: { type: digits, length: 6 }\n    ok: b\n    failed: z\n  b: { note: { asked: true }, next: c }\n  c:\n    branch: [{ when: is_set(pin), goto: z }]\n    else: z\n  z: { hangup: Sampai jumpa. }\nvars: { pin: { type: digits, class: secret } }\n",
    ),
    (
        "W0608",
        "class",
        "  a:\n    collect: Masukkan nomor rekening.\n    into: account\n    as: { type: digits, length: 10 }\n    ok: b\n    failed: z\n  b: { note: { account: =account }, next: z }\n  z: { hangup: Sampai jumpa. }\nvars: { account: { type: digits } }\n",
    ),
    (
        "W0609",
        "keep",
        "  a:\n    record: Silakan bicara setelah nada.\n    into: message\n    ok: z\n    empty: z\n  z: { hangup: Sampai jumpa. }\nvars: { message: { type: recording, class: personal } }\n",
    ),
    (
        "E0610",
        "plain",
        "  a:\n    http: core.find\n    with: { phone: =call.from }\n    ok: z\n    failed: z\n  z: { hangup: Sampai jumpa. }\nservices:\n  core:\n    base: \"http://core.example/v1\"\n    operations: { find: { post: /find, body: { phone: phone } } }\n",
    ),
    (
        "E0803",
        "hours",
        "  a: { hours: shop, open: b, closed: b }\n  b: { hangup: Sampai jumpa. }\ncalendars:\n  shop:\n    zone: Asia/Jakrta\n    open: { mon-fri: \"08:00-24:30\", satday: \"08:00-13:00\", sat-sun: [\"08:00-12:00\", \"11:00-14:00\"] }\n    holidays: { 2026-02-30: Libur }\n",
    ),
    (
        "E0803",
        "exceptions",
        "  a: { hours: shop, open: b, closed: b }\n  b: { hangup: Sampai jumpa. }\ncalendars:\n  shop:\n    zone: Asia/Jakarta\n    open: { mon-fri: \"08:00-17:00\", fri: \"08:00-11:30\", sat: \"22:00-06:00\", sun: \"05:00-12:00\" }\n    exceptions: { 2026-12-24: [\"08:00-12:00\", \"11:00-14:00\"], 12-31: closed, 2027-01-02: [closed, \"08:00-12:00\"] }\n    holidays: { use: [indonesia], 25-12: Natal, 02-30: Libur }\n",
    ),
    (
        "E0803",
        "override",
        "  a: { hours: one, open: b, closed: b }\n  b: { hours: two, open: c, closed: c }\n  c: { hours: three, open: d, closed: d }\n  d: { hangup: Sampai jumpa. }\ncalendars:\n  one: { zone: Asia/Jakarta, open: {}, override: shut }\n  two: { zone: Asia/Jakarta, open: {}, override: { closed: true, open: true } }\n  three: { zone: Asia/Jakarta, open: {}, override: { closed: true, until: \"2026-03-04T18:00+07:00\", why: Banjir } }\n",
    ),
    (
        "W0804",
        "end",
        "  a: { hours: shop, open: b, closed: b }\n  b: { hours: old, open: c, closed: c }\n  c: { hours: good, open: d, closed: d }\n  d: { hangup: Sampai jumpa. }\ncalendars:\n  shop: { zone: Asia/Jakarta, open: { mon-fri: \"08:00-17:00\" }, holidays: { 2026-08-17: Merdeka, 2026-12-25: Natal } }\n  old: { zone: Asia/Jakarta, open: { mon-fri: \"08:00-17:00\" }, holidays: { 2026-08-17: Merdeka } }\n  good: { zone: Asia/Jakarta, open: { mon-fri: \"08:00-17:00\" }, holidays: { use: indonesia, 12-24: Malam Natal } }\n",
    ),
    (
        "E0807",
        "rings",
        "  a: { queue: service, done: z, full: z, closed: z, unstaffed: z, too_long: z }\n  z: { hangup: Sampai jumpa. }\nqueues:\n  service:\n    ring: { strategy: round_robin }\n    rings:\n      - { after: 60s, levels: 2 }\n      - { after: 30s, levels: 2..3 }\n      - { after: 90s, levels: [0, 3..1] }\n      - { after: 2m, levels: [1, 2], drop_skills: [] }\n      - { after: 3m, drop_skills: [language] }\n",
    ),
    (
        "E0011",
        "strategy",
        "  a: { queue: service, done: z, full: z, closed: z, unstaffed: z, too_long: z }\n  z: { hangup: Sampai jumpa. }\nqueues: { service: { ring: { strategy: round_robbin } } }\n",
    ),
    (
        "E0011",
        "ring_all",
        "  a: { queue: one, done: b, full: z, closed: z, unstaffed: z, too_long: z }\n  b: { queue: two, done: z, full: z, closed: z, unstaffed: z, too_long: z }\n  z: { hangup: Sampai jumpa. }\nqueues:\n  one: { ring: { strategy: ring_all, max_parallel: 0 } }\n  two: { ring: { strategy: linear, max_parallel: 3 } }\n",
    ),
    ("E0904", "allow", "  a: { hangup: Sampai jumpa., allow: [E0202] }\n"),
];

fn facts() -> Facts {
    let audio = [
        ("id/t/text-e3b0c442.wav", AudioFact::Playable(Duration::from_secs(2))),
        ("id/t/hours.wav", AudioFact::Playable(Duration::from_secs(2))),
        ("noise.wav", AudioFact::Unreadable("it holds no samples".to_owned())),
    ];
    let audio: BTreeMap<SoundId, AudioFact> =
        audio.into_iter().map(|(sound, fact)| (SoundId::from(sound), fact)).collect();
    let spoken = words_hash(&"id".into(), "Kami buka sampai pukul lima.");
    let words = BTreeMap::from([(SoundId::from("id/t/hours.wav"), spoken)]);
    let zones: BTreeSet<_> =
        ["Asia/Jakarta", "Asia/Makassar"].into_iter().map(Into::into).collect();
    Facts { audio: Some(audio), words, zones: Some(zones), today: Date::parse("2026-11-02") }
}

/// Compiles a flow. Recordings are known only to the rules about them, so that the others are not told of them.
fn compiled(code: &str, text: &str) -> Compiled {
    let text = if text.starts_with(' ') { around(text) } else { text.to_owned() };
    let mut facts = facts();
    if !["E0306", "W0307", "N0312"].contains(&code) {
        facts.audio = None;
    }
    compile(&Sources::one("flows/t.yaml", text.as_bytes()), &facts)
}

#[test]
fn every_rule_says_what_is_wrong_where_and_what_to_do() {
    let mut inexact = Vec::new();
    for (code, name, text) in CASES {
        let mut compiled = compiled(code, text);
        compiled
            .diagnostics
            .list
            .retain(|d| d.code() == *code || !OF_WHOLE_FLOWS.contains(&d.code()));
        // What follows from an error beside it, as a note or warning, is no fault of its own.
        let error = code.starts_with('E');
        let told = compiled.diagnostics.list.iter().filter(|d| !error || d.level() == Level::Error);
        let codes: Vec<&str> = told.map(|d| d.code()).collect();
        if codes.is_empty() || codes.iter().any(|found| found != code) {
            inexact.push(format!("{code} {name} gives {codes:?}"));
        }
        let printed = compiled.diagnostics.render_all(Format::Human { color: false });
        insta::assert_snapshot!(format!("{code}_{name}"), printed);
    }
    assert!(inexact.is_empty(), "each flow breaks one rule:\n{}", inexact.join("\n"));
}

/// The rules about data and privacy each speak alone: one planted fault is told by one rule.
#[test]
fn a_fault_of_data_or_privacy_is_told_by_one_rule() {
    for (code, name, text) in CASES {
        let number = code.get(1..).unwrap_or_default();
        if !("0502".."0700").contains(&number) || ["0503", "0505", "0508"].contains(&number) {
            continue;
        }
        let compiled = compiled(code, text);
        let codes = compiled.diagnostics.list.iter().map(|d| d.code());
        let told = |code: &&str| !code.starts_with('N') && !OF_WHOLE_FLOWS.contains(code);
        let codes: BTreeSet<&str> = codes.filter(told).collect();
        assert_eq!(codes, BTreeSet::from([*code]), "{name}");
    }
}

/// Rules that a flow of three nodes breaks by being small: they speak only in cases of their own.
const OF_WHOLE_FLOWS: [&str; 6] = ["W0203", "W0205", "W0207", "W0208", "W0310", "W0406"];

/// The flows under `tests/planted` with one fault each: the code, a name and the text.
fn planted() -> Vec<(String, String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/planted");
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("the folder can be listed")
        .map(|entry| entry.expect("the folder can be listed").path())
        .collect();
    files.sort();
    let read = |path: &PathBuf| {
        let name = path.file_stem().expect("a file").to_string_lossy().into_owned();
        let (code, name) = name.split_once('_').expect("CODE_name.yaml");
        let text = fs::read_to_string(path).expect("text");
        (code.to_owned(), name.to_owned(), text)
    };
    files.iter().map(read).collect()
}

/// A flow with one fault gives one code and nothing else.
#[test]
fn every_planted_fault_is_found_and_nothing_else() {
    for (code, name, text) in planted() {
        let compiled = compiled(&code, &text);
        let codes: BTreeSet<&str> = compiled.diagnostics.list.iter().map(|d| d.code()).collect();
        let printed = compiled.diagnostics.render_all(Format::Human { color: false });
        assert_eq!(codes, BTreeSet::from([&*code]), "{name}\n{printed}");
        insta::assert_snapshot!(format!("{code}_{name}"), printed);
    }
}

/// A warning is silent in a node that allows it.
#[test]
fn planted_warnings_can_be_allowed() {
    let mut allowed = 0;
    for (code, name, text) in planted() {
        let found = compiled(&code, &text).diagnostics;
        let finding = found.list.first().expect("a finding");
        let file = &found.files[0];
        let (line, _) = file.line_column(finding.span().start);
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let is_node = |line: &String| line.starts_with("  ") && !line.starts_with("   ");
        let Some(at) = lines.iter().take(line).rposition(is_node) else { continue };
        let in_node = lines.iter().take(line).skip(at).all(|line| line.starts_with(' '));
        if found.list.len() > 1 || code.starts_with('E') || !in_node {
            continue;
        }
        let allowing = format!("allow: {{ {code}: meant }}");
        match lines[at].rfind('}').filter(|_| lines[at].contains(": {")) {
            Some(end) => lines[at].insert_str(end, &format!(", {allowing}")),
            None => lines.insert(at + 1, format!("    {allowing}")),
        }
        allowed += 1;
        let left = compiled(&code, &lines.join("\n")).diagnostics;
        assert!(left.list.is_empty(), "{code} {name}\n{}", left.render_all(Format::Short));
    }
    assert!(allowed > 15, "only {allowed} of them stand in a node");
}

#[test]
fn every_rule_has_a_case() {
    let mut cases: BTreeSet<String> = CASES.iter().map(|(code, _, _)| (*code).to_owned()).collect();
    cases.extend(planted().into_iter().map(|(code, _, _)| code));
    cases.extend(script::CASES.iter().map(|(code, _, _)| (*code).to_owned()));
    cases.extend(script::OF_RUNS.map(str::to_owned));
    for rule in RULES {
        assert!(cases.contains(rule.code), "{} has no case", rule.code);
    }
}

#[test]
fn an_error_keeps_a_flow_from_running_and_a_warning_does_not() {
    for (code, name, text) in CASES {
        let compiled = compiled(code, text);
        let runs = compiled.flow().is_some();
        assert_eq!(runs, !compiled.diagnostics.has_errors(), "{code} {name}");
    }
}

const TOKO: &str = include_str!("../flows/toko.yaml");

/// Ten slips of the pen in the shop's flow: what stands there, what is written instead, and the rule that notices.
const FAULTS: &[(&str, &str, &str)] = &[
    ("failed: opening", "failed: openning", "E0101"),
    ("say: closed_holiday", "say: closed_hollyday", "E0301"),
    ("    next: choose_language", "    nxet: choose_language", "E0010"),
    ("    failed: complain\n\n", "      \"3\": faq\n    failed: complain\n\n", "E0002"),
    ("queue: service", "queue: servise", "E0104"),
    ("    unstaffed: all_busy\n", "", "E0103"),
    ("topic == \"order\"", "topik == \"order\"", "E0501"),
    ("words: { id: [keluhan, komplain]", "words: { id: [keluhan, harganya]", "E0404"),
    ("min: 1, max: 5", "min: 6, max: 5", "E0410"),
    (", en: \"Thank you for calling Toko Maju.\" }", " }", "E0302"),
];

/// Ten faults in one file are ten findings of one run, in file order, each with its place and its way out.
#[test]
fn ten_faults_in_the_shop_are_told_in_one_run() {
    let mut text = TOKO.to_owned();
    let mut planted = Vec::new();
    for (good, bad, code) in FAULTS {
        assert_eq!(text.matches(good).count(), 1, "{good} stands once in the flow");
        text = text.replace(good, bad);
        planted.push(*code);
    }
    let compiled = compile(&Sources::one("rusak.yaml", text.as_bytes()), &Facts::default());
    assert!(compiled.flow().is_none());
    let found = &compiled.diagnostics;
    let mut codes: Vec<&str> = found.list.iter().map(|d| d.code()).collect();
    let places: Vec<_> = found.list.iter().map(|d| d.span()).collect();
    assert!(places.is_sorted(), "in file order");
    assert!(found.list.iter().all(|d| d.help.is_some() || d.patch.is_some() || d.labels.len() > 1));
    codes.sort_unstable();
    planted.sort_unstable();
    // Nobody can reach the nodes behind a missing way: that one warning follows from it.
    codes.retain(|code| *code != "W0201");
    assert_eq!(codes, planted, "{}", found.render_all(Format::Short));
    insta::assert_snapshot!("ten_faults_short", found.render_all(Format::Short));
    insta::assert_snapshot!("ten_faults_human", found.render_all(Format::Human { color: false }));
}

mod nothing_makes_the_compiler_panic {
    use proptest::prelude::*;

    use super::*;

    fn compile_and_print(text: &[u8]) {
        let compiled = compile(&Sources::one("t.yaml", text), &facts());
        let printed = compiled.diagnostics.render_all(Format::Human { color: true });
        assert_eq!(compiled.diagnostics.list.is_empty(), printed.is_empty());
        assert!(compiled.flow().is_none() || !compiled.diagnostics.has_errors());
    }

    /// Pieces that mean something to YAML, to flows or to formulas.
    const PIECES: [&str; 24] = [
        "\n",
        "  ",
        ": ",
        "- ",
        "{",
        "}",
        "[",
        "]",
        "\"",
        "'",
        "#",
        "*",
        "&a ",
        "=",
        "goto: ",
        "0",
        "-1",
        "99999999999",
        "é",
        "\t",
        "menu: x y",
        "none",
        "when: (",
        "\u{feff}",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

        #[test]
        fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            compile_and_print(&bytes);
        }

        #[test]
        fn a_shop_with_bytes_changed(changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
            let mut bytes = TOKO.as_bytes().to_vec();
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            compile_and_print(&bytes);
        }

        #[test]
        fn a_shop_with_pieces_put_in_and_cut_out(
            changes in proptest::collection::vec((any::<prop::sample::Index>(), prop::sample::select(&PIECES[..]), 0_usize..40), 1..6)
        ) {
            let mut text: Vec<char> = TOKO.chars().collect();
            for (at, piece, cut) in changes {
                let at = at.index(text.len());
                let end = (at + cut).min(text.len());
                text.splice(at..end, piece.chars());
            }
            compile_and_print(text.into_iter().collect::<String>().as_bytes());
        }

        #[test]
        fn a_shop_with_lines_moved(moves in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..6)) {
            let mut lines: Vec<&str> = TOKO.lines().collect();
            for (from, to) in moves {
                let line = lines.remove(from.index(lines.len()));
                lines.insert(to.index(lines.len()), line);
            }
            compile_and_print(lines.join("\n").as_bytes());
        }
    }
}
