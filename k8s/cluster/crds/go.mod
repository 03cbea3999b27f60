// What has the other CRDs among its files; nothing of it is compiled.
module dev.banyan/crds

go 1.26.0

require (
	github.com/kedacore/keda/v2 v2.21.0
	github.com/openshift/api v0.0.0-20251015095338-264e80a2b6e7
	github.com/prometheus-operator/prometheus-operator v0.85.0
)
