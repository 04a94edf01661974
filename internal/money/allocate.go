package money

import (
	"math/big"
	"sort"
)

// Allocate splits total over weights by the largest remainder, to the minor
// unit, ties to the earlier part. The parts always sum to total. Negative
// weights count as zero; where all are zero the first part takes everything.
func Allocate(total int64, weights []int64) []int64 {
	parts := make([]int64, len(weights))
	if len(weights) == 0 {
		return parts
	}
	sum := new(big.Int)
	for _, w := range weights {
		sum.Add(sum, big.NewInt(max(w, 0)))
	}
	if sum.Sign() == 0 {
		parts[0] = total
		return parts
	}
	neg := total < 0
	whole := new(big.Int).Abs(big.NewInt(total))
	rest := new(big.Int).Set(whole)
	remainders := make([]*big.Int, len(weights))
	quotas := make([]*big.Int, len(weights))
	for i, w := range weights {
		share := new(big.Int).Mul(whole, big.NewInt(max(w, 0)))
		quotas[i], remainders[i] = share.QuoRem(share, sum, new(big.Int))
		rest.Sub(rest, quotas[i])
	}
	order := make([]int, len(weights))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return remainders[order[a]].Cmp(remainders[order[b]]) > 0 })
	for i := range int(rest.Int64()) {
		quotas[order[i]].Add(quotas[order[i]], big.NewInt(1))
	}
	for i, q := range quotas {
		if neg {
			q.Neg(q)
		}
		parts[i] = q.Int64()
	}
	return parts
}
