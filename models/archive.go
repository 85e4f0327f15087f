package models

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"filippo.io/age"
)

// Manifest says what a backup holds. It lies in the archive before the
// database, as JSON.
type Manifest struct {
	Program string         `json:"program"` // the version that made it
	MadeAt  string         `json:"made_at"` // UTC
	Schema  int            `json:"schema"`
	Tables  map[string]int `json:"tables"` // rows of each
	Audit   AuditHead      `json:"audit"`  // where it ends
	SHA256  string         `json:"sha256"` // of the database
	Bytes   int64          `json:"bytes"`  // of the database
}

// String is for the person who made the backup or restored it.
func (m Manifest) String() string {
	rows := 0
	for _, n := range m.Tables {
		rows += n
	}
	return fmt.Sprintf("the practice of %s\nschema %d, %d rows in %d tables, %d bytes, audit of %v, SHA-256 %s", m.MadeAt, m.Schema, rows, len(m.Tables), m.Bytes, m.Audit, m.SHA256)
}

// The archive is a tar file, compressed by gzip and, given recipients,
// encrypted by age, so that it can be opened without this program.
const (
	manifestName  = "manifest.json"
	databaseName  = "enough.db"
	archiveEnding = ".tar.gz"
	ageEnding     = ".age"
	ageBegins     = "age-encryption.org/"
	manifestLimit = 1 << 20
)

// Recipients are those who can open a backup. Without any, whoever has the file
// can.
type Recipients []age.Recipient

// NotEncrypted says what a backup without recipients gives away.
const NotEncrypted = "this backup is not encrypted: whoever has the file can read the numbers, choices and dates in it and try out passphrases on it, " +
	"though nobody’s name and no text of a case without the keys, which are in no backup. Name a recipient to encrypt it."

// ReadRecipients reads age recipients: text holds some, one a line, and file,
// unless it is empty, is the name of a file that holds more. Empty lines and
// those that begin with # are passed over.
func ReadRecipients(text, file string) (Recipients, error) {
	if file != "" {
		b, err := os.ReadFile(file)
		if err != nil {
			return nil, cannotOpen(file, err)
		}
		text += "\n" + string(b)
	}
	if file == "" && strings.TrimSpace(text) == "" {
		return nil, nil
	}
	list, err := age.ParseRecipients(strings.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("give age recipients, which begin with age1, one a line: %w", err)
	}
	return list, nil
}

// readIdentities reads the age identities of a file, one a line. No name gives
// none.
func readIdentities(file string) ([]age.Identity, error) {
	if file == "" {
		return nil, nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, cannotOpen(file, err)
	}
	defer f.Close()
	list, err := age.ParseIdentities(f)
	if err != nil {
		return nil, fmt.Errorf("%s holds no age identity, which begins with AGE-SECRET-KEY-: %w", file, err)
	}
	return list, nil
}

// ending is how the name of a backup to these recipients ends.
func (to Recipients) ending() string {
	if len(to) > 0 {
		return archiveEnding + ageEnding
	}
	return archiveEnding
}

// withDrill adds a recipient made for this once, whose identity the caller
// alone has: with it the archive is opened again before it counts as kept.
func (to Recipients) withDrill() (Recipients, []age.Identity, error) {
	if len(to) == 0 {
		return nil, nil, nil
	}
	if _, hybrid := to[0].(*age.HybridRecipient); hybrid { // the two kinds do not mix in one file
		id, err := age.GenerateHybridIdentity()
		if err != nil {
			return nil, nil, err
		}
		return append(to[:len(to):len(to)], id.Recipient()), []age.Identity{id}, nil
	}
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, nil, err
	}
	return append(to[:len(to):len(to)], id.Recipient()), []age.Identity{id}, nil
}

// pack writes the archive of a database file.
func pack(w io.Writer, m Manifest, database string, to Recipients) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.Open(database)
	if err != nil {
		return err
	}
	defer f.Close()
	var sealed io.Closer = io.NopCloser(nil)
	if len(to) > 0 {
		e, err := age.Encrypt(w, to...)
		if err != nil {
			return err
		}
		w, sealed = e, e
	}
	zip, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return err
	}
	files := tar.NewWriter(zip)
	put := func(name string, size int64, from io.Reader) error {
		if err := files.WriteHeader(&tar.Header{Name: name, Size: size, Mode: 0o600}); err != nil {
			return err
		}
		_, err := io.Copy(files, from)
		return err
	}
	if err := put(manifestName, int64(len(text)), bytes.NewReader(text)); err != nil {
		return err
	}
	if err := put(databaseName, m.Bytes, f); err != nil {
		return err
	}
	return errors.Join(files.Close(), zip.Close(), sealed.Close())
}

// unpack reads a whole archive, writes the database to w, and gives the
// manifest. It is an error when one byte is missing, too many, or not the one
// that the manifest speaks of.
func unpack(r io.Reader, identities []age.Identity, w io.Writer) (Manifest, error) {
	from := bufio.NewReader(r)
	begins, _ := from.Peek(len(ageBegins))
	encrypted := string(begins) == ageBegins
	r = from
	if encrypted {
		if len(identities) == 0 {
			return Manifest{}, errors.New("it is encrypted: name the file with its identity, -identity FILE")
		}
		var err error
		if r, err = age.Decrypt(from, identities...); err != nil {
			var none *age.NoIdentityMatchError
			if errors.As(err, &none) {
				return Manifest{}, errors.New("it is encrypted to somebody else: this identity does not open it")
			}
			return Manifest{}, damaged(err)
		}
	}
	zip, err := gzip.NewReader(r)
	if err != nil {
		return Manifest{}, damaged(err)
	}
	m, err := unpackFiles(tar.NewReader(zip), w)
	if err != nil {
		return m, err
	}
	// The end holds the checksum of all that came before.
	if n, err := io.Copy(io.Discard, zip); err != nil {
		return m, damaged(err)
	} else if n > 0 {
		return m, damaged(errors.New("something follows its end"))
	}
	return m, nil
}

// readManifest reads the manifest of a backup that is not encrypted, and nothing
// after it.
func readManifest(archive string) (m Manifest, err error) {
	f, err := os.Open(archive)
	if err != nil {
		return m, err
	}
	defer f.Close()
	zip, err := gzip.NewReader(f)
	if err != nil {
		return m, damaged(err)
	}
	return unpackManifest(tar.NewReader(zip))
}

func next(files *tar.Reader, name string) (*tar.Header, error) {
	h, err := files.Next()
	if err == nil && h.Name != name {
		err = fmt.Errorf("%s is missing", name)
	}
	return h, err
}

func unpackManifest(files *tar.Reader) (m Manifest, err error) {
	h, err := next(files, manifestName)
	if err != nil {
		return m, damaged(err)
	}
	if h.Size > manifestLimit {
		return m, damaged(errors.New("its manifest is too long"))
	}
	text, err := io.ReadAll(files)
	if err != nil {
		return m, damaged(err)
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, damaged(fmt.Errorf("its manifest: %w", err))
	}
	return m, nil
}

func unpackFiles(files *tar.Reader, w io.Writer) (m Manifest, err error) {
	if m, err = unpackManifest(files); err != nil {
		return m, err
	}
	if _, err = next(files, databaseName); err != nil {
		return m, damaged(err)
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(w, sum), files)
	switch {
	case err != nil:
		return m, damaged(err)
	case n != m.Bytes || hex.EncodeToString(sum.Sum(nil)) != m.SHA256:
		return m, errors.New("the database in it is not the one that its manifest describes: it is damaged, or put together from two")
	}
	if _, err := files.Next(); !errors.Is(err, io.EOF) {
		return m, damaged(errors.New("something follows the database"))
	}
	return m, nil
}

func damaged(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("it is not a backup, or not a whole one: it ends too early")
	}
	return fmt.Errorf("it is not a backup, or it is damaged: %w", err)
}
