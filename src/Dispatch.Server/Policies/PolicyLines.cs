using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.Policies;

/// <summary>What is in force at a place: the mode, and the lines that speak of it. Two small reads by primary key.</summary>
internal static class PolicyLines
{
    /// <summary>The gravest mode of the place's region and those above; peacetime when none has set one.</summary>
    public static async Task<Mode> ModeAsync(DispatchDb db, string path, CancellationToken cancellation)
    {
        var codes = path.Split('.');
        var modes = await db.RegionModes.AsNoTracking().Where(row => codes.Contains(row.Region)).Select(row => row.Mode).ToListAsync(cancellation);
        return modes.DefaultIfEmpty(Mode.Peacetime).Max();
    }

    public static Task<List<PolicyLine>> ReadAsync(DispatchDb db, string path, CancellationToken cancellation)
    {
        var codes = path.Split('.');
        return db.Policies.AsNoTracking().Where(line => codes.Contains(line.Region)).ToListAsync(cancellation);
    }
}
