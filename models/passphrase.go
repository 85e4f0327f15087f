package models

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"

	"golang.org/x/crypto/argon2"
)

// hashCost is what one argon2id hash costs.
type hashCost struct {
	memory  uint32 // KiB
	rounds  uint32
	threads uint8
}

var (
	fullCost  = hashCost{memory: 19 * 1024, rounds: 2, threads: 1}
	cheapCost = hashCost{memory: 64, rounds: 1, threads: 1}
)

// hashing lets two hashes run at once, and one where the machine has two
// processors: many sign-ins cannot use up its memory, nor keep those who are signed
// in from being served.
var hashing = make(chan struct{}, max(1, min(2, runtime.GOMAXPROCS(0)-1)))

// guessing counts the passphrases that are being looked at or wait for it. What is
// more than mostGuessing is refused unseen, whoever it is: somebody floods the
// program, and nobody would wait for so long.
var guessing atomic.Int64

const mostGuessing = 64

func (c hashCost) key(passphrase string, salt []byte) []byte {
	hashing <- struct{}{}
	defer func() { <-hashing }()
	return argon2.IDKey([]byte(passphrase), salt, c.rounds, c.memory, c.threads, 32)
}

// hash gives a passphrase in the form in which it is kept.
func (c hashCost) hash(passphrase string) string {
	salt := make([]byte, 16)
	rand.Read(salt) // never fails
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.rounds, c.threads,
		b64(salt), b64(c.key(passphrase, salt)))
}

// matches says whether a passphrase is the one that was kept. An empty or
// malformed hash takes as long as a wrong passphrase and is never matched.
func (c hashCost) matches(passphrase, kept string) bool {
	defer guessing.Add(-1)
	if guessing.Add(1) > mostGuessing {
		return false
	}
	var cost hashCost
	var version int
	parts := strings.Split(kept, "$")
	if len(parts) == 6 {
		if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &cost.memory, &cost.rounds, &cost.threads); err == nil {
			salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
			want, err2 := base64.RawStdEncoding.DecodeString(parts[5])
			if err1 == nil && err2 == nil && len(want) == 32 {
				return subtle.ConstantTimeCompare(cost.key(passphrase, salt), want) == 1
			}
		}
	}
	c.key(passphrase, make([]byte, 16))
	return false
}
