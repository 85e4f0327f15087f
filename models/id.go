package models

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// newID gives an id of 130 random bits, fit for a URL and without any order.
func newID() string { return strings.ToLower(rand.Text()) }

// ownID gives an id back when it looks like one of ours, else nothing.
func ownID(s string) string {
	if len(s) != 26 || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz234567") != "" {
		return ""
	}
	return s
}

// newToken gives a secret of at least 256 random bits.
func newToken() string { return newID() + newID() }

// hashed is how a token or a code is kept: nobody who reads the database can
// use it.
func hashed(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
