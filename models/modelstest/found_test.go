package modelstest

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"
)

// TestFound_howeverItIsWritten writes a text in every way into a page and finds
// it, and does not find what is not there.
func TestFound_howeverItIsWritten(t *testing.T) {
	t.Parallel()
	const text = `zq <i>"&'7f3a`
	each := func(format string) string {
		var b strings.Builder
		for _, r := range text {
			fmt.Fprintf(&b, format, r)
		}
		return b.String()
	}
	ways := map[string]string{"as it is": text, "capitals": strings.ToUpper(text), "HTML": html.EscapeString(text), "an address": url.PathEscape(text), "a form": url.QueryEscape(text),
		"decimal entities": each("&#%d;"), "hexadecimal entities": each("&#x%X;"), "percent": each("%%%02x"), "code": each(`\x%02x`), "JSON": each(`\u%04x`),
		"UTF-16, little end first": each("%c\x00"), "UTF-16, big end first": each("\x00%c"), "hexadecimal": hex.EncodeToString([]byte(text)),
		"hexadecimal from within a byte": "a" + strings.ToUpper(hex.EncodeToString([]byte(text)))}
	for shift := range 3 {
		before := strings.Repeat("x", shift)
		ways[fmt.Sprintf("base64 at %d", shift)] = base64.StdEncoding.EncodeToString([]byte(before + text))
		ways[fmt.Sprintf("base64 of addresses at %d", shift)] = "1" + base64.RawURLEncoding.EncodeToString([]byte(before+text+"ÿÿ?>"))
	}
	for name, written := range ways {
		page := `<p class="a/b">x</p> ` + written + ` <p>and more</p>`
		if got := Found(page, []string{"something else", text}); len(got) != 1 || got[0] != text {
			t.Errorf("%s: %q finds %q", name, page, got)
		}
		if got := Found(strings.Replace(page, written, written[:len(written)/2], 1), []string{text}); got != nil {
			t.Errorf("%s: half of it is taken for it", name)
		}
	}
	t.Logf("%d ways of writing", len(ways))
}
