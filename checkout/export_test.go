package checkout

// OnStep has f called between any two steps of a purchase.
func (s *Service) OnStep(f func(name string)) { s.step = f }

// OnGrid rounds what a parcel costs to a provider's grid.
func OnGrid(a Amounts, step int64) Amounts {
	a.onGrid(step)
	return a
}
