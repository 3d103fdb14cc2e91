-- Channels beside the live line: phone numbers, the outbox of SMS, voice and Web Push, what comes back, and reachability tests.

-- When a call-out that has not reached the phone goes out by SMS and voice; null: as the installation is configured (20 s). Copied onto the
-- incident when it is raised, as the rest of the plan.
ALTER TABLE categories ADD COLUMN fallback_after interval CONSTRAINT categories_fallback_after CHECK (fallback_after BETWEEN '0' AND '1 hour');
ALTER TABLE incidents ADD COLUMN fallback_after interval;

-- When the channels should look at this call-out; null: nothing (more) to do. By default, so that offering costs no statement more; two seconds,
-- because a phone that is there has it by then. delivered_at is not in the predicate on purpose: receipts stay heap-only updates.
ALTER TABLE callouts ADD COLUMN channels_look_at timestamptz;
ALTER TABLE callouts ALTER COLUMN channels_look_at SET DEFAULT now() + interval '2 seconds';
UPDATE callouts SET channels_look_at = now() WHERE state = 'offered';
CREATE INDEX callouts_for_channels ON callouts (channels_look_at) WHERE channels_look_at IS NOT NULL AND state = 'offered';

-- ---------------------------------------------------------------- personal data

-- The key of personal data when the installation was given none, and the fingerprint by which a wrong one is noticed at start.
CREATE TABLE personal_data_key (
    only_one    boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    generated   bytea,                  -- null when the key comes from the configuration
    fingerprint bytea NOT NULL
);

CREATE TABLE phone_numbers (
    volunteer_id uuid PRIMARY KEY REFERENCES volunteers (id) ON DELETE CASCADE,
    sealed       bytea NOT NULL,        -- AES-256-GCM: nonce, ciphertext, tag; bound to the volunteer's id
    blind        bytea NOT NULL,        -- HMAC-SHA256 of the number: finds it without opening any
    updated_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX phone_numbers_by_blind ON phone_numbers (blind); -- not unique: a couple may share a phone

-- ---------------------------------------------------------------- outbox

CREATE TABLE reachability_tests (
    id           uuid PRIMARY KEY,      -- named by the caller
    volunteer_id uuid NOT NULL REFERENCES volunteers (id) ON DELETE CASCADE,
    ordered_by   uuid NOT NULL REFERENCES accounts (id),
    ordered_at   timestamptz NOT NULL
);
CREATE INDEX reachability_tests_by_volunteer ON reachability_tests (volunteer_id, ordered_at DESC);

-- One row per call-out (or test) and channel: the unique keys are what sends it once. The id is the idempotency key the receiver sees.
CREATE TABLE channel_messages (
    id              uuid PRIMARY KEY,
    callout_id      uuid REFERENCES callouts (id) ON DELETE CASCADE,
    test_id         uuid REFERENCES reachability_tests (id) ON DELETE CASCADE,
    volunteer_id    uuid NOT NULL REFERENCES volunteers (id) ON DELETE CASCADE,
    channel         text NOT NULL CONSTRAINT channel_messages_channel CHECK (channel IN ('live', 'push', 'sms', 'voice')),
    state           text NOT NULL CONSTRAINT channel_messages_state CHECK (state IN ('queued', 'sending', 'sent', 'delivered', 'failed', 'gaveUp', 'unavailable')),
    attempts        smallint NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL,   -- queued: the next attempt; sending: the end of the lease, when another node takes it up
    reason          text,                   -- of the last failure: a word of ours or a code of the gateway, never a number or a name
    reference       text,                   -- the gateway's own id
    receipt         bytea NOT NULL,         -- what a push carries, so that the phone can say that it came
    queued_at       timestamptz NOT NULL,
    sent_at         timestamptz,
    delivered_at    timestamptz,
    confirmed_at    timestamptz,            -- an answer or, for a test, "received" came back by this channel
    changed_at      timestamptz NOT NULL,
    CONSTRAINT channel_messages_of_one CHECK (num_nonnulls(callout_id, test_id) = 1),
    CONSTRAINT channel_messages_once_per_callout UNIQUE (callout_id, channel),
    CONSTRAINT channel_messages_once_per_test UNIQUE (test_id, channel)
);
CREATE INDEX channel_messages_due ON channel_messages (channel, next_attempt_at) WHERE state IN ('queued', 'sending');
CREATE INDEX channel_messages_by_reference ON channel_messages (channel, reference) WHERE reference IS NOT NULL;
CREATE UNIQUE INDEX channel_messages_by_receipt ON channel_messages (receipt);

-- Reply codes run 1 to 99 per telephone number and begin again: a late reply means the call-out it was sent for, not the next one.
CREATE TABLE reply_heads (
    recipient bytea PRIMARY KEY,            -- blind index of the number
    last_code smallint NOT NULL
);
CREATE TABLE reply_codes (
    recipient  bytea NOT NULL,
    code       smallint NOT NULL CONSTRAINT reply_codes_range CHECK (code BETWEEN 1 AND 99),
    callout_id uuid NOT NULL REFERENCES callouts (id) ON DELETE CASCADE,
    given_at   timestamptz NOT NULL,
    PRIMARY KEY (recipient, code)
);
CREATE INDEX reply_codes_by_callout ON reply_codes (callout_id);

-- What gateways told us, under their own id: a repeat gets the same answer and changes nothing.
CREATE TABLE channel_events (
    channel     text NOT NULL,
    event_id    text NOT NULL,
    body_hash   bytea NOT NULL,
    answer      text NOT NULL,              -- JSON as it was answered
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (channel, event_id)
);
CREATE INDEX channel_events_by_time ON channel_events (received_at);

-- ---------------------------------------------------------------- Web Push

CREATE TABLE vapid_key (
    only_one    boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    private_key bytea NOT NULL              -- PKCS #8, P-256
);
CREATE TABLE push_subscriptions (
    id           uuid PRIMARY KEY,
    volunteer_id uuid NOT NULL REFERENCES volunteers (id) ON DELETE CASCADE,
    endpoint     text NOT NULL CONSTRAINT push_subscriptions_endpoint_once UNIQUE,
    p256dh       bytea NOT NULL,
    auth         bytea NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX push_subscriptions_by_volunteer ON push_subscriptions (volunteer_id, created_at DESC);
