// Package static holds the style sheets, scripts and icons that pages load, and
// serves each under an address that contains the hash of its content.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// Vendored files are named one by one: build.mjs and node_modules stay out.
//
//go:embed css/*.css js/*.js icons/*
//go:embed vendor/htmx.min.js* vendor/echarts.min.js* vendor/LICENSES.txt
var embedded embed.FS

// contentTypes lists the kinds of file we serve. A file of another kind stops
// the start, because nosniff makes a missing type a broken page.
var contentTypes = map[string]string{
	".css":         "text/css; charset=utf-8",
	".js":          "text/javascript; charset=utf-8",
	".png":         "image/png",
	".svg":         "image/svg+xml",
	".txt":         "text/plain; charset=utf-8",
	".webmanifest": "application/manifest+json",
}

// Assets is the set of static files, ready to be served. It does not change
// after Load and may be used by many goroutines.
type Assets struct {
	paths  map[string]string // "css/app.css" → "/static/<hash>/css/app.css"
	byPath map[string]asset  // the same path → the file
}

type asset struct {
	contentType         string
	plain, gzip, brotli []byte // gzip and brotli may be nil
}

// Load reads the embedded files, hashes them, and compresses those that have
// no compressed copy beside them.
func Load() (*Assets, error) { return load(embedded) }

func load(files fs.FS) (*Assets, error) {
	a := &Assets{paths: map[string]string{}, byPath: map[string]asset{}}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || isCompressedCopy(name) {
			return err
		}
		file, err := read(files, name)
		if err != nil {
			return err
		}
		hash := sha256.Sum256(file.plain)
		url := "/static/" + hex.EncodeToString(hash[:8]) + "/" + name
		a.paths[name], a.byPath[url] = url, file
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("static files: %w", err)
	}
	return a, nil
}

func isCompressedCopy(name string) bool {
	return strings.HasSuffix(name, ".gz") || strings.HasSuffix(name, ".br")
}

func read(files fs.FS, name string) (asset, error) {
	contentType, ok := contentTypes[path.Ext(name)]
	if !ok {
		return asset{}, fmt.Errorf("%s: no content type is known for %q", name, path.Ext(name))
	}
	plain, err := fs.ReadFile(files, name)
	if err != nil {
		return asset{}, err
	}
	file := asset{contentType: contentType, plain: plain}
	// A missing copy is not an error: few files have one.
	file.gzip, _ = fs.ReadFile(files, name+".gz")
	file.brotli, _ = fs.ReadFile(files, name+".br")
	if file.gzip == nil {
		file.gzip, err = compress(plain)
	}
	return file, err
}

// compress returns nil where compression gains nothing, as with a PNG.
func compress(plain []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(plain); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	if out.Len() >= len(plain) {
		return nil, nil
	}
	return out.Bytes(), nil
}

// Path returns the address of the named file: "css/app.css" becomes
// "/static/<first 16 hex digits of its SHA-256>/css/app.css". A name that does
// not exist is an error; as a template function it stops the rendering.
func (a *Assets) Path(name string) (string, error) {
	url, ok := a.paths[name]
	if !ok {
		return "", fmt.Errorf("static file %q does not exist", name)
	}
	return url, nil
}

// Names returns the names that Path knows, in no particular order.
func (a *Assets) Names() []string {
	names := make([]string, 0, len(a.paths))
	for name := range a.paths {
		names = append(names, name)
	}
	return names
}

// Handler serves exactly the addresses that Path returns, and answers 404 to
// anything else. It expects the whole path, with "/static/" in front.
func (a *Assets) Handler() http.Handler { return http.HandlerFunc(a.serve) }

func (a *Assets) serve(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		header.Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	file, ok := a.byPath[r.URL.Path]
	if !ok {
		// While a new version rolls out an old process may be asked for a new
		// file: that answer must not be kept.
		header.Set("Cache-Control", "no-store")
		http.Error(w, "not found", http.StatusNotFound)
		return
	}

	body := file.plain
	accepted := acceptedEncodings(r.Header.Values("Accept-Encoding"))
	switch {
	case file.brotli != nil && accepted("br"):
		body = file.brotli
		header.Set("Content-Encoding", "br")
	case file.gzip != nil && accepted("gzip"):
		body = file.gzip
		header.Set("Content-Encoding", "gzip")
	}
	header.Add("Vary", "Accept-Encoding")
	header.Set("Cache-Control", "public, max-age=31536000, immutable")
	header.Set("Content-Type", file.contentType)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	header.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodGet {
		_, _ = w.Write(body) // a reader that left early is no fault of ours
	}
}

// acceptedEncodings reads Accept-Encoding as RFC 9110 12.5.3 has it: a coding
// is accepted when it or "*" is listed with a weight above zero.
func acceptedEncodings(values []string) func(coding string) bool {
	listed := map[string]bool{}
	for item := range strings.SplitSeq(strings.Join(values, ","), ",") {
		coding, params, _ := strings.Cut(item, ";")
		weight, hasWeight := strings.CutPrefix(strings.ToLower(strings.TrimSpace(params)), "q=")
		q := 1.0
		if hasWeight {
			var err error
			if q, err = strconv.ParseFloat(strings.TrimSpace(weight), 64); err != nil {
				q = 0
			}
		}
		listed[strings.ToLower(strings.TrimSpace(coding))] = q > 0
	}
	return func(coding string) bool {
		accepted, named := listed[coding]
		return accepted || (!named && listed["*"])
	}
}
