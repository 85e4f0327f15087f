package seal

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// heading is the first line of a key's file.
const heading = "Enough: the master key of one practice. Without it the practice cannot be read.\n"

// WriteFile keeps a key in a new file that this account alone can read, and
// returns when it is on the disk. It refuses to write over another file.
func WriteFile(name string, k Key) error {
	text := heading + base64.StdEncoding.EncodeToString(k.raw) + "\n"
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o400)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Sync(), f.Close(), SyncFolder(filepath.Dir(name)))
}

// ReadFile gives the key of a file. The error is fs.ErrNotExist when there is
// none; any other says in a sentence what is wrong with it.
func ReadFile(name string) (Key, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return Key{}, err
	}
	text, ok := strings.CutPrefix(string(b), heading)
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if !ok || err != nil || len(raw) != KeySize {
		return Key{}, fmt.Errorf("%s is not a key file of Enough, or it is damaged: put back the right one", name)
	}
	return KeyOf(raw)
}

// Replace puts a file in the place of another at once, on the disk when it
// returns. What the other held is overwritten first, as far as the disk allows.
func Replace(name string, content []byte) error {
	old, err := os.Stat(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	next := name + ".next"
	f, err := os.OpenFile(next, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(next))
	}
	var was *os.File
	if old != nil {
		if was, err = os.OpenFile(name, os.O_WRONLY, 0); err != nil {
			return err
		}
		defer was.Close()
	}
	if err := errors.Join(os.Rename(next, name), SyncFolder(filepath.Dir(name))); err != nil || was == nil {
		return err
	}
	_, err = was.WriteAt(make([]byte, old.Size()), 0)
	return errors.Join(err, was.Sync())
}

// SyncFolder returns when the names in a folder are on the disk.
func SyncFolder(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
