PRAGMA application_id = 1397572167;
PRAGMA user_version = 2;
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
CREATE TABLE record (
    call_id TEXT NOT NULL, ended_us BIGINT NOT NULL, record_json TEXT NOT NULL, PRIMARY KEY (call_id, ended_us));
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
INSERT INTO contact_caller VALUES ('00000000-0001-7000-8000-000000000000', '1987bdeaf15a516ba63bc3448c6e37d3');
INSERT INTO contact_caller VALUES ('00000000-0002-7000-8000-000000000000', '1987bdeaf15a516ba63bc3448c6e37d3');
INSERT INTO contact_key VALUES ('00000000-0001-7000-8000-000000000000', 'private', 10000000, X'FA7DF3C8E831ABEEFFE2A88D2A7E3B63E04FBADE4A67F4A299D2F59C4CE52B68');
INSERT INTO contact_key VALUES ('00000000-0002-7000-8000-000000000000', 'tickets', 11000000, X'8DDE0EAA8B3021C84776CEFDD4923706DF0A398652D8208D7B591A0519195F16');
INSERT INTO contact_key VALUES ('00000000-0001-7000-8000-000000000000', 'tickets', 13000000, X'6C4E7851C9A9687480565AD1664F262913B8D87E73C197C251F7EE77D9C5BDD0');
INSERT INTO entry VALUES (1099511627777, 0, 'node_started', NULL, NULL, NULL, '{"kind":"node_started","version":"1.0.0"}', NULL);
INSERT INTO entry VALUES (1099511627778, 10000000, 'call_began', '00000000-0001-7000-8000-000000000000', NULL, NULL, '{"kind":"call_began","contact":"00000000-0001-7000-8000-000000000000","caller":"1987bdeaf15a516ba63bc3448c6e37d3","called":"1500"}', X'80E86ECE43FC86F01B3A95DA75F75C2E2685D96DAD150DCAD2E13C59F0C2ADA3F10844');
INSERT INTO entry VALUES (1099511627779, 10000000, 'enqueued', '00000000-0001-7000-8000-000000000000', NULL, 'service', '{"kind":"enqueued","contact":"00000000-0001-7000-8000-000000000000","queue":"service","medium":"voice","priority":5,"order":1000000,"skills":[["language","id"]]}', NULL);
INSERT INTO entry VALUES (1099511627780, 11000000, 'left', '00000000-0001-7000-8000-000000000000', NULL, 'service', '{"kind":"left","contact":"00000000-0001-7000-8000-000000000000","queue":"service","how":"callback"}', NULL);
INSERT INTO entry VALUES (1099511627781, 11000000, 'callback_asked', '00000000-0002-7000-8000-000000000000', NULL, 'service', '{"kind":"callback_asked","callback":1001,"contact":"00000000-0002-7000-8000-000000000000","call":"00000000-0002-7000-8000-000000000000","queue":"service","caller":"1987bdeaf15a516ba63bc3448c6e37d3","language":"id","order":2000000,"priority":5,"expires":99999000000}', X'A36CB5ED5423F65077C27FCD7D65AA08F77172D9DA4D05D881628CB12289D0356FAEB4');
INSERT INTO entry VALUES (1099511627782, 12000000, 'recording_kept', '00000000-0001-7000-8000-000000000000', NULL, NULL, '{"kind":"recording_kept","recording":"rec-1","contact":"00000000-0001-7000-8000-000000000000","lasted_us":7,"class":"recordings"}', NULL);
INSERT INTO entry VALUES (1099511627783, 13000000, 'ticket_opened', '00000000-0001-7000-8000-000000000000', NULL, NULL, '{"kind":"ticket_opened","ticket":1001,"contact":"00000000-0001-7000-8000-000000000000","sort":"complaint","language":"id","due":5000000000}', X'B6C0C3671B5A8E5AE74885D8C9F58440838E8994ADFE223E41863D43BB834958B09CF3');
INSERT INTO entry VALUES (1099511627784, 14000000, 'call_ended', '00000000-0001-7000-8000-000000000000', NULL, NULL, '{"kind":"call_ended","contact":"00000000-0001-7000-8000-000000000000","outcome":"to_human","cause":"normal","by":"caller","language":"id"}', NULL);
INSERT INTO node VALUES ('1', 1, 8, 14000000, 0, 1001, 1001);
INSERT INTO record VALUES ('00000000-0001-7000-8000-000000000000', 14000000, '{}');
INSERT INTO recording VALUES ('rec-1', '00000000-0001-7000-8000-000000000000', 'recordings', 12000000);
INSERT INTO secret VALUES ('caller', X'5BDF3D8C804C21E3D95F2AB6C2C47C401EB04BCAE644416E75B434692BF34A25');
INSERT INTO ticket VALUES (1001, 1099511627783, NULL, 5000000000);
