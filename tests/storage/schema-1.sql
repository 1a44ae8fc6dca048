PRAGMA application_id = 1397572167;
PRAGMA user_version = 1;
CREATE TABLE agent (
    agent_id TEXT PRIMARY KEY, status TEXT NOT NULL, reason TEXT, contact_id TEXT, queue_id TEXT,
    since_us BIGINT NOT NULL, until_us BIGINT, idle_since_us BIGINT, pending TEXT, missed INTEGER NOT NULL);
CREATE TABLE call (
    contact_id TEXT PRIMARY KEY, entry_id BIGINT NOT NULL, caller_key TEXT, queued INTEGER NOT NULL);
CREATE TABLE callback (
    number BIGINT PRIMARY KEY, entry_id BIGINT NOT NULL, tries INTEGER NOT NULL, again_us BIGINT);
CREATE TABLE contact (
    contact_id TEXT PRIMARY KEY, queue_id TEXT NOT NULL, medium TEXT NOT NULL, prio INTEGER NOT NULL,
    order_us BIGINT NOT NULL, skills_json TEXT NOT NULL, entered_us BIGINT NOT NULL);
CREATE TABLE contact_caller (contact_id TEXT PRIMARY KEY, caller_key TEXT NOT NULL);
CREATE TABLE contact_key (
    contact_id TEXT NOT NULL, class TEXT NOT NULL, made_us BIGINT NOT NULL, key BLOB NOT NULL,
    PRIMARY KEY (contact_id, class));
CREATE TABLE entry (
    id INTEGER PRIMARY KEY, at_us BIGINT NOT NULL, kind TEXT NOT NULL, contact_id TEXT, agent_id TEXT,
    queue_id TEXT, data_json TEXT NOT NULL, private BLOB);
CREATE TABLE node (
    node_id TEXT PRIMARY KEY, epoch BIGINT NOT NULL, seq BIGINT NOT NULL, at_us BIGINT NOT NULL,
    stopped INTEGER NOT NULL, last_ticket BIGINT NOT NULL, last_callback BIGINT NOT NULL);
CREATE TABLE offer (
    offer_id BIGINT PRIMARY KEY, contact_id TEXT NOT NULL, queue_id TEXT NOT NULL, agent_id TEXT NOT NULL,
    until_us BIGINT NOT NULL, together INTEGER NOT NULL);
CREATE TABLE place (
    caller_key TEXT PRIMARY KEY, contact_id TEXT NOT NULL, queue_id TEXT NOT NULL, prio INTEGER NOT NULL,
    order_us BIGINT NOT NULL, skills_json TEXT NOT NULL, left_us BIGINT NOT NULL, how TEXT NOT NULL);
CREATE TABLE record (call_id TEXT PRIMARY KEY, ended_us BIGINT NOT NULL, record_json TEXT NOT NULL);
CREATE TABLE recording (
    recording_id TEXT PRIMARY KEY, contact_id TEXT NOT NULL, class TEXT NOT NULL, at_us BIGINT NOT NULL);
CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE ticket (number BIGINT PRIMARY KEY, entry_id BIGINT NOT NULL, owner TEXT, due_us BIGINT);
CREATE INDEX contact_caller_key ON contact_caller (caller_key);
CREATE INDEX contact_key_made ON contact_key (class, made_us);
CREATE INDEX contact_line ON contact (queue_id, prio, order_us, contact_id);
CREATE INDEX entry_at ON entry (at_us);
CREATE INDEX entry_contact ON entry (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX entry_ticket ON entry (json_extract(data_json, '$.ticket')) WHERE kind = 'ticket_opened';
CREATE UNIQUE INDEX offer_agent ON offer (agent_id);
CREATE UNIQUE INDEX offer_contact ON offer (contact_id) WHERE together = 0;
CREATE UNIQUE INDEX offer_pair ON offer (contact_id, agent_id);
CREATE INDEX place_left ON place (left_us);
CREATE INDEX record_ended ON record (ended_us);
CREATE INDEX recording_at ON recording (class, at_us);
CREATE INDEX recording_contact ON recording (contact_id);
INSERT INTO callback VALUES (1001, 1099511627781, 0, NULL);
INSERT INTO contact_caller VALUES ('00000000-0001-7000-8000-000000000000', 'fd168c9bbac8843325cbf7da45d80b22');
INSERT INTO contact_caller VALUES ('00000000-0002-7000-8000-000000000000', 'fd168c9bbac8843325cbf7da45d80b22');
INSERT INTO contact_key VALUES ('00000000-0001-7000-8000-000000000000', 'private', 10000000, X'5246637D180F3EB2102943B38343D625226517B22AB6CA9FF51B2FBACD885A95');
INSERT INTO contact_key VALUES ('00000000-0002-7000-8000-000000000000', 'tickets', 11000000, X'246AB79B4B26C5B2EA4285C3E7C5C4C570AA2EDAA8B90A41103D2F83209D5D2A');
INSERT INTO contact_key VALUES ('00000000-0001-7000-8000-000000000000', 'tickets', 13000000, X'A24B44B1283B93745DF59BFB22D0506362E0927105E86520BDD3AF8185122F0E');
INSERT INTO entry VALUES (1099511627777, 0, 'node_started', NULL, NULL, NULL, '{"kind":"node_started","version":"1.0.0"}', NULL);
INSERT INTO entry VALUES (1099511627778, 10000000, 'call_began', '00000000-0001-7000-8000-000000000000', NULL, NULL, '{"kind":"call_began","contact":"00000000-0001-7000-8000-000000000000","caller":"fd168c9bbac8843325cbf7da45d80b22","called":"1500"}', X'6043168D7F26DED316A1BFC197A7A9661871CB91B4CF898E537E945EF2632F409FC10F');
INSERT INTO entry VALUES (1099511627779, 10000000, 'enqueued', '00000000-0001-7000-8000-000000000000', NULL, 'service', '{"kind":"enqueued","contact":"00000000-0001-7000-8000-000000000000","queue":"service","medium":"voice","priority":5,"order":1000000,"skills":[["language","id"]]}', NULL);
INSERT INTO entry VALUES (1099511627780, 11000000, 'left', '00000000-0001-7000-8000-000000000000', NULL, 'service', '{"kind":"left","contact":"00000000-0001-7000-8000-000000000000","queue":"service","how":"callback"}', NULL);
INSERT INTO entry VALUES (1099511627781, 11000000, 'callback_asked', '00000000-0002-7000-8000-000000000000', NULL, 'service', '{"kind":"callback_asked","callback":1001,"contact":"00000000-0002-7000-8000-000000000000","call":"00000000-0002-7000-8000-000000000000","queue":"service","caller":"fd168c9bbac8843325cbf7da45d80b22","language":"id","order":2000000,"priority":5,"expires":99999000000}', X'AA75EB052E369E69104F67154D3B0EE29E665794FF34F7495EF23EE661C7C367BAC799');
INSERT INTO entry VALUES (1099511627782, 12000000, 'recording_kept', '00000000-0001-7000-8000-000000000000', NULL, NULL, '{"kind":"recording_kept","recording":"rec-1","contact":"00000000-0001-7000-8000-000000000000","lasted_us":7,"class":"recordings"}', NULL);
INSERT INTO entry VALUES (1099511627783, 13000000, 'ticket_opened', '00000000-0001-7000-8000-000000000000', NULL, NULL, '{"kind":"ticket_opened","ticket":1001,"contact":"00000000-0001-7000-8000-000000000000","sort":"complaint","language":"id","due":5000000000}', X'FC8F2BA8C5DB9E71A9142288C03EE8498550E2FB0169038C3177C22C890B9C3CDC57B8');
INSERT INTO entry VALUES (1099511627784, 14000000, 'call_ended', '00000000-0001-7000-8000-000000000000', NULL, NULL, '{"kind":"call_ended","contact":"00000000-0001-7000-8000-000000000000","outcome":"to_human","cause":"normal","by":"caller","language":"id"}', NULL);
INSERT INTO node VALUES ('1', 1, 8, 14000000, 0, 1001, 1001);
INSERT INTO recording VALUES ('rec-1', '00000000-0001-7000-8000-000000000000', 'recordings', 12000000);
INSERT INTO secret VALUES ('caller', X'FF7A28E2CAD405F3CE2178C4C4BCB263AF3C06AF20011E93B40A698BABF9BE90');
INSERT INTO ticket VALUES (1001, 1099511627783, NULL, 5000000000);
