package notify

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// QueueBatch is Queue for a hot path: it adds the messages, and the jobs that
// send them, to the batch as one statement. A message of a known Dedupe key, or
// to nobody, is left out.
func QueueBatch(b *pgx.Batch, tenant uuid.UUID, now time.Time, messages ...Message) error {
	var ids []uuid.UUID
	var keys, kinds, channels, to, languages, data []string
	for _, m := range messages {
		channel, recipient := Email, m.Email
		if recipient == "" {
			channel, recipient = SMS, m.Phone
		}
		if recipient == "" {
			continue
		}
		d, err := json.Marshal(m.Data)
		if err != nil {
			return err
		}
		ids, keys, kinds, channels = append(ids, uuid.Must(uuid.NewV7())), append(keys, m.Dedupe), append(kinds, m.Kind), append(channels, string(channel))
		to, languages, data = append(to, recipient), append(languages, m.Language), append(data, string(d))
	}
	if len(ids) > 0 {
		b.Queue(insertMessages, tenant, ids, keys, kinds, channels, to, languages, data, now, sendArgs{}.Kind(), sendAttempts)
	}
	return nil
}

// sendAttempts is how often a message is tried, over about a day and a half.
const sendAttempts = 12

// River's insert, without its round trips: the row is the one that River
// itself would write, and a worker finds it at its next look.
const insertMessages = `WITH m AS (
	INSERT INTO notifications (tenant_id, id, dedupe_key, kind, channel, recipient, language, data, created_at)
	SELECT $1, id, key, kind, channel, recipient, language, data::jsonb, $9
	FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[]) AS u (id, key, kind, channel, recipient, language, data)
	ON CONFLICT (tenant_id, dedupe_key) DO NOTHING RETURNING id
)
INSERT INTO river_job (args, kind, max_attempts, metadata, priority, queue, state, tags, scheduled_at, created_at)
SELECT jsonb_build_object('tenant', $1::uuid, 'message', id), $10, $11, '{}', 1, 'default', 'available', '{}', now(), now() FROM m`
