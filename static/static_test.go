package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

func mustLoad(t *testing.T) *Assets {
	t.Helper()
	assets, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return assets
}

func mustPath(t *testing.T, assets *Assets, name string) string {
	t.Helper()
	url, err := assets.Path(name)
	if err != nil {
		t.Fatal(err)
	}
	return url
}

func get(assets *Assets, method, url, acceptEncoding string) *http.Response {
	r := httptest.NewRequest(method, url, nil)
	if acceptEncoding != "" {
		r.Header.Set("Accept-Encoding", acceptEncoding)
	}
	w := httptest.NewRecorder()
	assets.Handler().ServeHTTP(w, r)
	return w.Result()
}

func gunzip(t *testing.T, compressed []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(compressed))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

func TestEveryFileIsServedAtItsHash(t *testing.T) {
	assets := mustLoad(t)
	names := assets.Names()
	if len(names) < 6 {
		t.Fatalf("only %d files: %v", len(names), names)
	}
	for _, name := range names {
		want, err := embedded.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		hash := sha256.Sum256(want)
		url := mustPath(t, assets, name)
		if url != "/static/"+hex.EncodeToString(hash[:])[:16]+"/"+name {
			t.Errorf("%s: path is %s", name, url)
		}
		for _, accept := range []string{"", "identity", "gzip", "br", "gzip, deflate, br, zstd"} {
			res := get(assets, http.MethodGet, url, accept)
			body, _ := io.ReadAll(res.Body)
			if res.StatusCode != http.StatusOK {
				t.Fatalf("%s (%s): status %d", name, accept, res.StatusCode)
			}
			for header, value := range map[string]string{
				"Cache-Control":          "public, max-age=31536000, immutable",
				"Content-Type":           contentTypes[path.Ext(name)],
				"Content-Length":         strconv.Itoa(len(body)),
				"Vary":                   "Accept-Encoding",
				"X-Content-Type-Options": "nosniff",
			} {
				if got := res.Header.Get(header); got != value {
					t.Errorf("%s (%s): %s is %q, want %q", name, accept, header, got, value)
				}
			}
			switch res.Header.Get("Content-Encoding") {
			case "gzip":
				body = gunzip(t, body)
			case "br":
				continue // its bytes are compared with VENDOR.json below
			}
			if !bytes.Equal(body, want) {
				t.Errorf("%s (%s): another content", name, accept)
			}
		}
	}
}

func TestEncodingIsTheBestAccepted(t *testing.T) {
	assets := mustLoad(t)
	vendored := mustPath(t, assets, "vendor/echarts.min.js")
	ours := mustPath(t, assets, "js/app.js")
	for _, c := range []struct{ url, accept, want string }{
		{vendored, "gzip, deflate, br, zstd", "br"},
		{vendored, "gzip;q=1.0, BR;q=0.1", "br"},
		{vendored, "gzip, br;q=0", "gzip"},
		{vendored, "gzip, br ; q=0.000", "gzip"},
		{vendored, "br;q=nonsense, gzip", "gzip"},
		{vendored, "*", "br"},
		{vendored, "*;q=0", ""},
		{vendored, "br;q=0, *", "gzip"},
		{vendored, "identity", ""},
		{vendored, "", ""},
		{vendored, "xbr, gzipped", ""},
		{ours, "gzip, br", "gzip"},
		{ours, "br", ""},
	} {
		res := get(assets, http.MethodGet, c.url, c.accept)
		if got := res.Header.Get("Content-Encoding"); got != c.want {
			t.Errorf("Accept-Encoding %q: got %q, want %q", c.accept, got, c.want)
		}
	}
}

func TestAnythingElseIsNotFound(t *testing.T) {
	assets := mustLoad(t)
	url := mustPath(t, assets, "js/app.js")
	hash := strings.Split(url, "/")[2]
	wrong := strings.Repeat("0", 16)
	for _, bad := range []string{
		strings.Replace(url, hash, wrong, 1),
		strings.Replace(url, hash, strings.ToUpper(hash)+"x", 1),
		"/static/js/app.js",
		"/static/" + hash + "/js/",
		"/static/" + hash + "/css/../js/app.js",
		"/static/" + hash + "//js/app.js",
		"/static/" + hash + "/static.go",
		mustPath(t, assets, "vendor/htmx.min.js") + ".gz",
		mustPath(t, assets, "vendor/htmx.min.js") + ".br",
		url + "/",
		"/static/",
		"/",
	} {
		res := get(assets, http.MethodGet, bad, "gzip")
		if res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: status %d", bad, res.StatusCode)
		}
		if got := res.Header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s: Cache-Control %q", bad, got)
		}
	}
}

func TestOnlyGetAndHead(t *testing.T) {
	assets := mustLoad(t)
	url := mustPath(t, assets, "js/app.js")
	head := get(assets, http.MethodHead, url, "gzip")
	whole := get(assets, http.MethodGet, url, "gzip")
	if body, _ := io.ReadAll(head.Body); len(body) != 0 || head.StatusCode != http.StatusOK {
		t.Errorf("HEAD: status %d, %d bytes", head.StatusCode, len(body))
	}
	if h, g := head.Header.Get("Content-Length"), whole.Header.Get("Content-Length"); h != g {
		t.Errorf("Content-Length: HEAD %s, GET %s", h, g)
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions} {
		res := get(assets, method, url, "")
		if res.StatusCode != http.StatusMethodNotAllowed || res.Header.Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: status %d, Allow %q", method, res.StatusCode, res.Header.Get("Allow"))
		}
	}
}

func TestPathRefusesUnknownNames(t *testing.T) {
	assets := mustLoad(t)
	for _, name := range []string{"", "css/missing.css", "/js/app.js", "vendor/htmx.min.js.gz", "vendor/build.mjs"} {
		if url, err := assets.Path(name); err == nil {
			t.Errorf("%q: got %s", name, url)
		}
	}
}

func TestLoadRefusesAnUnknownKindOfFile(t *testing.T) {
	if _, err := load(fstest.MapFS{"icons/photo.tiff": {Data: []byte("x")}}); err == nil {
		t.Error("a file without a known content type was accepted")
	}
}

func TestVendoredFilesAreAsListed(t *testing.T) {
	text, err := os.ReadFile("vendor/VENDOR.json")
	if err != nil {
		t.Fatal(err)
	}
	var list struct {
		Files []struct {
			Name, Version, Licence, File, SHA256 string
			Bytes                                int
		}
	}
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, f := range list.Files {
		listed[f.File] = true
		content, err := embedded.ReadFile("vendor/" + f.File)
		if err != nil {
			t.Errorf("listed, but not embedded: %v", err)
			continue
		}
		hash := sha256.Sum256(content)
		if hex.EncodeToString(hash[:]) != f.SHA256 || len(content) != f.Bytes {
			t.Errorf("%s is not the file VENDOR.json lists: run build.mjs", f.File)
		}
		if plain, isGzip := strings.CutSuffix(f.File, ".gz"); isGzip {
			want, err := embedded.ReadFile("vendor/" + plain)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(gunzip(t, content), want) {
				t.Errorf("%s is not %s compressed", f.File, plain)
			}
		}
		// The standard library has no brotli. build.mjs decompresses what it
		// wrote, and the hash above ties these bytes to that build.
	}
	entries, err := embedded.ReadDir("vendor")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !listed[e.Name()] {
			t.Errorf("vendor/%s is embedded, but not listed in VENDOR.json", e.Name())
		}
	}
}

// The pages' security policy allows none of these, so a script or style sheet
// that holds one is broken in the browser.
func TestOwnFilesKeepToThePolicy(t *testing.T) {
	forbidden := map[string]*regexp.Regexp{
		".css": regexp.MustCompile(`@import|url\(\s*['"]?(?:data:|https?:|//)`),
		".js":  regexp.MustCompile(`\beval\(|new Function\(|localStorage|sessionStorage|https?://|setAttribute\(['"](?:style|on)`),
		".svg": regexp.MustCompile(`<script|<style|style=|\bon\w+=|href=`),
	}
	for _, name := range mustLoad(t).Names() {
		if strings.HasPrefix(name, "vendor/") {
			continue
		}
		text, err := embedded.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if pattern, ok := forbidden[path.Ext(name)]; ok {
			if found := pattern.Find(text); found != nil {
				t.Errorf("%s holds %q", name, found)
			}
		}
	}
}
