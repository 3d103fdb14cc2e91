using System.Collections.Concurrent;
using System.Security.Claims;
using Dispatch.Server.Storage;
using Npgsql;

namespace Dispatch.Server.Access;

/// <summary>
/// Whether a sign-in still stands: its account is there, with the same auth_epoch, role and region, and nobody has signed out of it. Answered from
/// memory; one number in the database (deployment.auth_version) tells when the memory is to be asked anew, so that neither a request nor a send
/// costs a look-up, and a removal counts everywhere as soon as a node has read that number. Those who are met for the first time in one moment,
/// as after the restart of a node, are looked up together.
/// </summary>
internal sealed class Standings : IDisposable
{
    private const int MostKept = 200_000;

    // What is kept counts only if it was read at this version or a later one: a look-up that raced with a change is read again.
    private readonly ConcurrentDictionary<(Guid Account, Guid SignIn), Standing> kept = new();
    private readonly ReadTogether<Caller> unknown;
    private readonly NpgsqlDataSource source;
    private long version;

    public Standings(NpgsqlDataSource source)
    {
        this.source = source;
        unknown = new(callers => ReadAsync(callers, CancellationToken.None)); // the statement has a limit of its own
    }

    private sealed record Standing(long Version, int AuthEpoch, Role Role, string RegionPath, bool SignedOut);

    /// <summary>Requests of sign-ins that have ended go on as those of a stranger, and are refused wherever one has to be signed in.</summary>
    public static async Task Forget(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path;
        if (context.User.Identity?.IsAuthenticated == true && (path.StartsWithSegments("/api") || path.StartsWithSegments("/live"))
            && !await context.RequestServices.GetRequiredService<Standings>().StandsAsync(Caller.Of(context.User), context.RequestAborted))
        {
            context.User = new ClaimsPrincipal(new ClaimsIdentity());
        }

        await next(context);
    }

    public async ValueTask<bool> StandsAsync(Caller caller, CancellationToken cancellation)
    {
        if (!kept.TryGetValue((caller.AccountId, caller.SignIn), out var standing) || standing.Version < Volatile.Read(ref version))
        {
            await unknown.AskAsync(caller, cancellation);
            kept.TryGetValue((caller.AccountId, caller.SignIn), out standing);
        }

        return Judge(caller, standing);
    }

    /// <summary>Those of them who no longer stand, as of this version of the database.</summary>
    public async Task<HashSet<Caller>> EndedAsync(IReadOnlyCollection<Caller> callers, long versionNow, CancellationToken cancellation)
    {
        Volatile.Write(ref version, versionNow);
        await ReadAsync(callers, cancellation);
        return [.. callers.Where(caller => !Judge(caller, kept.GetValueOrDefault((caller.AccountId, caller.SignIn))))];
    }

    /// <summary>Nothing read so far counts: this is another database, or an earlier state of it.</summary>
    public void Reset()
    {
        Volatile.Write(ref version, 0);
        kept.Clear();
    }

    private static bool Judge(Caller caller, Standing? standing) =>
        standing is { SignedOut: false } && standing.AuthEpoch == caller.AuthEpoch && standing.Role == caller.Role
        && (caller.Role != Role.Operator || standing.RegionPath == caller.RegionPath);

    public void Dispose() => unknown.Dispose();

    private async Task ReadAsync(IReadOnlyCollection<Caller> callers, CancellationToken cancellation)
    {
        if (kept.Count > MostKept)
        {
            kept.Clear(); // years of sign-ins; whoever is here is read again
        }

        // One statement, so one snapshot: the version is that of the rows beside it.
        await using var command = source.CreateCommand("""
            SELECT w.account, w.sign_in, d.auth_version, a.auth_epoch, a.role, coalesce(r.path::text, ''), e.id IS NOT NULL
            FROM unnest($1::uuid[], $2::uuid[]) AS w (account, sign_in)
            CROSS JOIN deployment d
            JOIN accounts a ON a.id = w.account
            LEFT JOIN regions r ON r.code = a.region
            LEFT JOIN ended_sign_ins e ON e.id = w.sign_in
            """);
        command.Parameters.Add(new() { Value = callers.Select(caller => caller.AccountId).ToArray() });
        command.Parameters.Add(new() { Value = callers.Select(caller => caller.SignIn).ToArray() });
        var found = new HashSet<(Guid, Guid)>();
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                var key = (reader.GetGuid(0), reader.GetGuid(1));
                found.Add(key);
                kept[key] = new(reader.GetInt64(2), reader.GetInt32(3), Enum.Parse<Role>(reader.GetString(4), true), reader.GetString(5), reader.GetBoolean(6));
            }
        }

        foreach (var gone in callers.Select(caller => (caller.AccountId, caller.SignIn)).Where(key => !found.Contains(key)))
        {
            kept.TryRemove(gone, out _);
        }
    }
}
