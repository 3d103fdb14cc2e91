-- Takes messages of a channel that are due: queued ones, and those whose sender has not reported before its lease ended. Index channel_messages_due.
-- attempts is the token of the claim: who was thought dead and comes back late finds another number and changes nothing.
-- $1 channel, $2 most rows, $3 lease
UPDATE channel_messages m
SET state = 'sending', attempts = m.attempts + 1, next_attempt_at = clock_timestamp() + $3, changed_at = clock_timestamp()
WHERE m.id IN (SELECT id FROM channel_messages WHERE channel = $1 AND state IN ('queued', 'sending') AND next_attempt_at <= clock_timestamp()
               ORDER BY next_attempt_at LIMIT $2 FOR UPDATE SKIP LOCKED)
RETURNING m.id, m.callout_id, m.test_id, m.volunteer_id, m.attempts, m.receipt, m.letter
