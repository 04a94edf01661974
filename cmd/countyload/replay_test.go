package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A log as PostgreSQL writes it, with a batch, a transaction begun by name and
// work of others in between.
const sampleLog = `4/10 LOG:  duration: 0.050 ms  parse stmt_1: SELECT 1
4/11 LOG:  duration: 0.010 ms  bind stmt_1: SELECT body
	FROM quotes WHERE id = $1
4/11 LOG:  duration: 0.020 ms  execute stmt_1: SELECT body
	FROM quotes WHERE id = $1
4/11 DETAIL:  parameters: $1 = '01900000-0000-7000-8000-000000000001'
5/3 LOG:  duration: 0.020 ms  execute stmt_9: UPDATE river_job SET state = 'running'
4/12 LOG:  duration: 0.020 ms  execute stmt_2: INSERT INTO a VALUES ($1, $2, $3)
4/12 DETAIL:  parameters: $1 = '0190ffff-ffff-7000-8000-000000000002', $2 = NULL, $3 = 'it''s'
4/12 LOG:  duration: 0.020 ms  execute stmt_3: INSERT INTO b VALUES ($1, $2)
4/12 DETAIL:  parameters: $1 = '0190ffff-ffff-7000-8000-000000000002', $2 = '{"id": "0190ffff-ffff-7000-8000-000000000002"}'
4/0 LOG:  duration: 0.010 ms  statement: begin
4/13 LOG:  duration: 0.020 ms  execute stmt_4: DELETE FROM c
4/13 LOG:  duration: 0.020 ms  execute stmt_5: DELETE FROM d
4/0 LOG:  duration: 0.900 ms  statement: commit
4/14 LOG:  duration: 0.010 ms  statement: SET app.tenant_id = ''
`

func TestScriptRepeatsWhatTheServerAsked(t *testing.T) {
	t.Parallel()
	text, values := script(parseLog(sampleLog), time.UnixMilli(0x0190_0000_0001))
	require.Equal(t, `SELECT gen_random_uuid() AS id0 \gset
SELECT replace(:rawv2::text, '0190ffff-ffff-7000-8000-000000000002', :id0::text) AS v2 \gset
SELECT body FROM quotes WHERE id = :v0;
\startpipeline
INSERT INTO a VALUES (:id0, NULL, :v1);
INSERT INTO b VALUES (:id0, :v2);
\endpipeline
begin;
DELETE FROM c;
DELETE FROM d;
commit;
`, text)
	require.Equal(t, []string{"v0=01900000-0000-7000-8000-000000000001", "v1=it's", `rawv2={"id": "0190ffff-ffff-7000-8000-000000000002"}`}, values)
}
