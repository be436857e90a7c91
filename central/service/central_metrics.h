#ifndef KOPA_CENTRAL_SERVICE_CENTRAL_METRICS_H_
#define KOPA_CENTRAL_SERVICE_CENTRAL_METRICS_H_

#include "central/service/national_view.h"
#include "common/observability/metrics.h"

namespace kopa::central {

// The links' lag and each budget, read from the view at each scrape; it must outlive the last one.
// Called after the view was loaded: nodes and calls are those of this run.
void RegisterCentralMetrics(const NationalView* view, observability::Metrics* metrics);

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_SERVICE_CENTRAL_METRICS_H_
