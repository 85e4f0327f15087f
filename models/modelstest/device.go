package modelstest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"
)

// What a device says of itself when it answers (WebAuthn, 6.1).
const (
	Present  byte = 1 << 0 // somebody touched it
	Verified byte = 1 << 2 // and showed that it is hers
	attested byte = 1 << 6
)

// Device makes one passkey and answers with it, as a phone or a security key
// does. Its fields may be changed, to make it one that lies.
type Device struct {
	Host, Origin string // where it believes to be
	Says         byte   // Present and Verified
	Count        uint32 // of the last answer; every answer counts one on
	ID           []byte

	key    *ecdsa.PrivateKey
	holder []byte
}

// NewDevice gives a device at a site.
func NewDevice(t testing.TB, host, origin string) *Device {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	d := &Device{Host: host, Origin: origin, Says: Present | Verified, ID: make([]byte, 32), key: key}
	rand.Read(d.ID) // never fails
	return d
}

// Make answers the options with which a passkey is made.
func (d *Device) Make(t testing.TB, options string) string {
	t.Helper()
	var asked struct {
		Challenge string
		User      struct{ ID string }
	}
	must(t, json.Unmarshal([]byte(options), &asked))
	var err error
	d.holder, err = base64.RawURLEncoding.DecodeString(asked.User.ID)
	must(t, err)
	point, err := d.key.PublicKey.Bytes() // 4, x, y
	must(t, err)
	// A COSE key: EC2, ES256, P-256, x, y.
	public := append([]byte{0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32}, point[1:33]...)
	public = append(append(public, 0x22, 0x58, 32), point[33:]...)
	data := binary.BigEndian.AppendUint16(append(d.data(d.Says|attested), make([]byte, 16)...), uint16(len(d.ID)))
	data = append(append(data, d.ID...), public...)
	// {"fmt": "none", "attStmt": {}, "authData": …}
	object := append([]byte("\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59"), byte(len(data)>>8), byte(len(data)))
	return d.answer(t, map[string][]byte{"clientDataJSON": d.client(t, "webauthn.create", asked.Challenge), "attestationObject": append(object, data...)})
}

// Give answers the options with which a passkey is asked for.
func (d *Device) Give(t testing.TB, options string) string {
	t.Helper()
	var asked struct{ Challenge string }
	must(t, json.Unmarshal([]byte(options), &asked))
	d.Count++
	client, data := d.client(t, "webauthn.get", asked.Challenge), d.data(d.Says)
	hash := sha256.Sum256(client)
	sum := sha256.Sum256(append(data[:len(data):len(data)], hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, d.key, sum[:])
	must(t, err)
	return d.answer(t, map[string][]byte{"clientDataJSON": client, "authenticatorData": data, "signature": signature, "userHandle": d.holder})
}

func (d *Device) data(says byte) []byte {
	host := sha256.Sum256([]byte(d.Host))
	return binary.BigEndian.AppendUint32(append(host[:], says), d.Count)
}

func (d *Device) client(t testing.TB, what, challenge string) []byte {
	t.Helper()
	b, err := json.Marshal(map[string]any{"type": what, "challenge": challenge, "origin": d.Origin, "crossOrigin": false})
	must(t, err)
	return b
}

func (d *Device) answer(t testing.TB, parts map[string][]byte) string {
	t.Helper()
	response := map[string]string{}
	for name, part := range parts {
		response[name] = base64.RawURLEncoding.EncodeToString(part)
	}
	id := base64.RawURLEncoding.EncodeToString(d.ID)
	b, err := json.Marshal(map[string]any{"id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": map[string]any{}})
	must(t, err)
	return string(b)
}
