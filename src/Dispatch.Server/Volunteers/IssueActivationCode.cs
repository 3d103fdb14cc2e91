using System.Security.Cryptography;
using Dispatch.Server.Access;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.Volunteers;

/// <summary>
/// A station gives one of its volunteers a code for his phone: shown once, kept as a hash, valid for a day, used once. A new code ends the one
/// before, which may have gone to the wrong person.
/// </summary>
internal static class IssueActivationCode
{
    // What can be read out over a telephone: no 0 and O, no 1, I and L.
    private const string Alphabet = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";
    private const int Length = 8;
    private static readonly TimeSpan ValidFor = TimeSpan.FromHours(24);

    internal sealed record View(string Code, DateTimeOffset ExpiresAt);

    public static async Task<IResult> Handle(Guid id, Caller caller, IDbContextFactory<DispatchDb> store, TimeProvider time, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        var home = await db.Volunteers.Where(volunteer => volunteer.Id == id)
            .Join(db.Regions, volunteer => volunteer.HomeRegion, region => region.Code, (_, region) => region.Path).SingleOrDefaultAsync(cancellation);
        if (home is null || !caller.Commands(home))
        {
            return Problems.NotFound("志愿者", "volunteer");
        }

        var now = time.GetUtcNow();
        var code = RandomNumberGenerator.GetString(Alphabet, Length);
        await using var transaction = await db.BeginAsync(cancellation);
        await db.ActivationCodes.Where(old => old.VolunteerId == id && old.UsedAt == null && old.ExpiresAt > now)
            .ExecuteUpdateAsync(old => old.SetProperty(old => old.ExpiresAt, now), cancellation);
        db.ActivationCodes.Add(new ActivationCode { CodeHash = ActivatePhone.Hash(code), VolunteerId = id, IssuedBy = caller.AccountId, IssuedAt = now, ExpiresAt = now + ValidFor });
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return TypedResults.Json(new View(code, now + ValidFor), Json.Options);
    }
}
