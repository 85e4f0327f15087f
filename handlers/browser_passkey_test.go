package handlers

import (
	"strings"
	"testing"
	"time"

	cdpwebauthn "github.com/chromedp/cdproto/webauthn"

	"enough/models/modelstest"
)

// device lets a tab have a device that keeps passkeys, whose owner is always at
// hand and known to it.
func (b *tab) device() {
	b.t.Helper()
	tabCall(b, cdpwebauthn.Enable, cdpwebauthn.EnableParams{})
	tabCall(b, cdpwebauthn.AddVirtualAuthenticator, cdpwebauthn.AddVirtualAuthenticatorParams{Options: &cdpwebauthn.VirtualAuthenticatorOptions{
		Protocol: cdpwebauthn.AuthenticatorProtocolCtap2, Transport: cdpwebauthn.AuthenticatorTransportInternal,
		HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}})
}

func (b *tab) givesPassphrase() {
	b.t.Helper()
	b.visit("/signin")
	b.fill("#signin", "vera")
	b.fill("#passphrase", modelstest.Passphrase)
	b.submit("#signin-form button")
	b.is("where her passphrase leads", b.path(), secondPath)
}

// TestBrowserPasskey adds a passkey in a real browser, signs in with it, and does
// an act of weight with it.
func TestBrowserPasskey(t *testing.T) {
	axe := axeSource(t)
	onScreens(t, func(t *testing.T, s screen) {
		p := strict(t)
		p.base = ""
		sqlExec(t, p.raw, `DELETE FROM passkeys`) // it lies at another site
		b := openTab(t, strings.Replace(serve(t, p.App), "127.0.0.1", "localhost", 1), s)
		b.device()

		b.givesPassphrase()
		b.sees(false, "[data-passkey]")
		b.fill("#second", authenticatorCode(t, p, ""))
		b.submit("#second-form .send button")
		b.visit(accountPath)
		b.submit(`a[href="` + passkeyPath + `"]`)
		b.shot("passkey-add")
		b.passesAxe(axe, "passkey-add")
		b.expect(422)
		b.submit("[data-passkey]") // without a name
		b.is("beside the name", b.text("#passkey-name-error"), "Enter a name by which you will know it, such as the device.")
		b.fill("#passkey-name", "My laptop")
		b.submit("[data-passkey]")
		b.is("what is said", b.text(".notice"), "The passkey is kept.")
		b.shot("passkey-account")
		b.passesAxe(axe, "passkey-account")
		b.submit(".signout button")

		b.givesPassphrase()
		b.shot("passkey-second")
		b.passesAxe(axe, "passkey-second")
		b.submit("[data-passkey]")
		b.is("where her passkey leads", b.path(), casesPath)

		p.clock.Set(p.clock.Now().Add(15 * time.Minute))
		b.visit(accountPath)
		b.submit("#recovery-form button")
		b.shot("passkey-step-up")
		b.passesAxe(axe, "passkey-step-up")
		b.submit("[data-passkey]")
		b.is("what follows", b.text("h1"), "Your recovery codes")
		if n := count(t, p.raw, `SELECT count(*) FROM audit JOIN passkeys k ON object_id = k.id WHERE action = 'second factor given' AND sign_count > 1`); n != 2 {
			t.Errorf("%d rows say that the passkey was given", n)
		}

		b.visit(accountPath)
		b.submit("#remove-1 button")
		b.is("what is said", b.text(".notice"), "The passkey is removed. You are signed out everywhere else.")
	}, phone, laptop.inDark())
}

// TestBrowserPasskeyFirst chooses a passkey where none of the two is set up.
func TestBrowserPasskeyFirst(t *testing.T) {
	axe := axeSource(t)
	onScreens(t, func(t *testing.T, s screen) {
		p := strict(t)
		p.base = ""
		sqlExec(t, p.raw, `DELETE FROM passkeys; DELETE FROM authenticators; DELETE FROM recovery_codes`)
		b := openTab(t, strings.Replace(serve(t, p.App), "127.0.0.1", "localhost", 1), s)
		b.device()
		b.givesPassphrase()
		b.shot("passkey-first")
		b.passesAxe(axe, "passkey-first")
		b.fill("#passkey-name", "My laptop")
		b.enter()
		b.is("what follows", b.text("h1"), "Your recovery codes")
		b.submit("a.go")
		b.is("where that leads", b.path(), casesPath)
	}, phone, laptop)
}

// TestBrowserPasskeyWithoutScript: nothing is shown of what cannot work.
func TestBrowserPasskeyWithoutScript(t *testing.T) {
	p := strict(t)
	b := openTab(t, serve(t, p.App), phone, noScript)
	b.givesPassphrase()
	b.sees(false, "[data-passkey]")
	b.fill("#second", authenticatorCode(t, p, ""))
	b.submit("#second-form .send button")
	b.is("where a code leads", b.path(), casesPath)
	b.visit(passkeyPath)
	b.sees(false, "[data-passkey]", "#passkey-name")
	b.sees(true, ".no-passkeys")
}
