// Package templates holds the pages: layouts around them, one file a page, and
// partials that pages include and that are also sent alone.
package templates

import "embed"

// Files are the templates by folder: layouts, pages, partials.
//
//go:embed layouts/*.html pages/*.html partials/*.html
var Files embed.FS
