package catalog_test

import (
	"testing"

	"countyfair/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }
