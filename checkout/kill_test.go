package checkout_test

func diesHere() {}
