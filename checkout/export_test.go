package checkout

// OnStep has f called between any two steps of a purchase.
func (s *Service) OnStep(f func(name string)) { s.step = f }
