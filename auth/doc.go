// Package auth knows who is asking: accounts, sign-in, tokens and sessions.
//
// An account is one person in one county, known by an e-mail address, a phone
// number, or both; the same person in two counties has two accounts. Operators
// are accounts of the platform, which is a tenant of its own (PlatformID).
//
// What holds everywhere:
//
//   - Nothing secret is stored as it is. Passwords are argon2id; one-time codes
//     are HMACs under the installation's secret; session, refresh and reset
//     tokens are 256 random bits kept as hashes; private keys are sealed.
//   - An access token is believed for the county it names and no other, while
//     its session lives. Authenticate looks the session up (a cached look: see
//     liveness), so what an account may do follows its present roles, not those
//     of ten minutes ago.
//   - A refresh token is good once. Requests that overlap on one token: exactly
//     one wins, the others are refused and the session goes on. A token that
//     comes again afterwards was copied, and its session ends.
//   - Nobody learns from an answer or its timing whether a login has an account,
//     but by registering it.
//   - Tries are counted for each login and each address before they are judged,
//     in one atomic statement, so a burst of parallel tries gains nothing.
package auth
