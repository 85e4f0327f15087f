// Package seal keeps text so that nobody without its key can read it, change
// it, or move it to another place. It is pure: no file, no database, no clock.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
)

// Key is a secret of 256 bits. Its zero value is no key: it opens nothing, and
// sealing with it panics.
type Key struct {
	raw  []byte
	aead cipher.AEAD // AES-256-GCM
}

// None says whether this is no key.
func (k Key) None() bool { return k.aead == nil }

// KeySize is the length of a key in bytes.
const KeySize = 32

// version is the first byte of all that is sealed.
const version = 1

// step is what the length of a text is rounded up to, in bytes: a length says
// something about what was written.
const step = 256

// ErrSealed says that something cannot be opened: it was sealed with another
// key or for another place, or it was changed since.
var ErrSealed = errors.New("this cannot be opened: another key, another place, or changed since it was sealed")

// NewKey makes a key.
func NewKey() Key {
	raw := make([]byte, KeySize)
	rand.Read(raw) // never fails
	return keyOf(raw)
}

// KeyOf gives the key of 32 bytes.
func KeyOf(raw []byte) (Key, error) {
	if len(raw) != KeySize {
		return Key{}, fmt.Errorf("a key has %d bytes, not %d", KeySize, len(raw))
	}
	return keyOf(append([]byte(nil), raw...)), nil
}

func keyOf(raw []byte) Key {
	block, err := aes.NewCipher(raw)
	if err != nil { // only another length
		panic(err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err)
	}
	return Key{raw, aead}
}

// Bytes are the 32 bytes of the key, to be kept where no data are.
func (k Key) Bytes() []byte { return append([]byte(nil), k.raw...) }

// Derive gives a further key for one purpose, which says nothing about this one.
func (k Key) Derive(purpose string) Key {
	raw, err := hkdf.Key(sha256.New, k.raw, nil, "enough "+purpose, KeySize)
	if err != nil { // only too long a key
		panic(err)
	}
	return keyOf(raw)
}

// Mark gives 64 hexadecimal digits that are the same for the same text and say
// nothing about it to anybody without the key.
func (k Key) Mark(text string) string {
	h := hmac.New(sha256.New, k.raw)
	h.Write([]byte(text))
	return hex.EncodeToString(h.Sum(nil))
}

// Seal closes a text for a place, such as a table, a column and a row. Its
// length is hidden up to the next 256 bytes.
func (k Key) Seal(text string, place ...string) []byte {
	padded := make([]byte, (len(text)/step+1)*step)
	copy(padded, text)
	padded[len(text)] = 0x80
	return k.close(padded, place)
}

// Open gives a text that was sealed with this key for this place, or ErrSealed.
func (k Key) Open(sealed []byte, place ...string) (string, error) {
	padded, err := k.open(sealed, place)
	if err != nil {
		return "", err
	}
	end := len(padded) - 1
	for end >= 0 && padded[end] == 0 {
		end--
	}
	if end < 0 || padded[end] != 0x80 {
		return "", ErrSealed
	}
	return string(padded[:end]), nil
}

// Wrap closes another key for a place.
func (k Key) Wrap(inner Key, place ...string) []byte { return k.close(inner.raw, place) }

// Unwrap gives a key that was wrapped with this one for this place, or ErrSealed.
func (k Key) Unwrap(wrapped []byte, place ...string) (Key, error) {
	raw, err := k.open(wrapped, place)
	if err != nil {
		return Key{}, err
	}
	return KeyOf(raw)
}

func (k Key) close(plain []byte, place []string) []byte {
	return k.aead.Seal([]byte{version}, nil, plain, bound(place))
}

func (k Key) open(sealed []byte, place []string) ([]byte, error) {
	if k.None() || len(sealed) == 0 || sealed[0] != version {
		return nil, ErrSealed
	}
	plain, err := k.aead.Open(nil, nil, sealed[1:], bound(place))
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}

// bound writes a place so that no two places are written alike.
func bound(place []string) (b []byte) {
	for _, part := range place {
		b = binary.AppendUvarint(b, uint64(len(part)))
		b = append(b, part...)
	}
	return b
}
