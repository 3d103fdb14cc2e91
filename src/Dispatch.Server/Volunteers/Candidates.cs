using Dispatch.Geo.Matching;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.Volunteers;

/// <summary>The rows the matcher searches follow from roster and positions; whoever changes those refreshes them in the same transaction.</summary>
internal static class Candidates
{
    public static Task RefreshAsync(DispatchDb db, Guid[] volunteers, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"SELECT refresh_candidates({volunteers}, now() - {Gates.FixFreshFor})", cancellation);

    /// <summary>Puts those whose fix has grown too old back to their registered address. The matcher judges the age itself; this keeps the index honest.</summary>
    public static Task<int> FallBackFromStaleFixesAsync(DispatchDb db, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"""
            SELECT refresh_candidates(array_agg(volunteer_id ORDER BY volunteer_id), now() - {Gates.FixFreshFor})
            FROM (SELECT DISTINCT volunteer_id FROM candidates WHERE located_by = 'fix' AND fix_taken_at < now() - {Gates.FixFreshFor} LIMIT 5000) AS stale
            HAVING count(*) > 0
            """, cancellation);
}
