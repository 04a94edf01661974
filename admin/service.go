package admin

import (
	"countyfair/internal/clock"
	"countyfair/internal/pg"
	"countyfair/tenants"
)

// Service is the office's use-cases.
type Service struct {
	db       *pg.DB
	counties *tenants.Service
	clock    clock.Clock
}

// NewService makes the service.
func NewService(db *pg.DB, counties *tenants.Service, c clock.Clock) *Service {
	return &Service{db, counties, c}
}
