using System.Security.Cryptography;
using System.Text;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.Access;

/// <summary>A volunteer turns the one-time code of his station into a signed-in phone. A code works once; the database decides which phone was first.</summary>
internal static class ActivatePhone
{
    internal sealed record Request(string? Code);

    /// <summary>Code as the volunteer may type it: case, spaces and hyphens do not matter.</summary>
    public static byte[] Hash(string code) =>
        SHA256.HashData(Encoding.UTF8.GetBytes(code.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToUpperInvariant()));

    public static async Task<IResult> Handle(Request request, IDbContextFactory<DispatchDb> store, FailedSignIns failed, HttpContext context, TimeProvider time, CancellationToken cancellation)
    {
        var address = context.Connection.RemoteIpAddress?.ToString() ?? "";
        if (failed.TooMany(address))
        {
            return Problems.TooMany();
        }

        if (string.IsNullOrWhiteSpace(request.Code) || request.Code.Length > 32)
        {
            return Problems.Invalid(new Fault("code", "请输入服务站给您的激活码", "enter the code your station gave you"));
        }

        var hash = Hash(request.Code);
        await using var db = await store.CreateDbContextAsync(cancellation);
        await using var transaction = await db.BeginAsync(cancellation);
        var now = time.GetUtcNow();
        var claimed = await db.ActivationCodes
            .Where(code => code.CodeHash == hash && code.UsedAt == null && code.ExpiresAt > now)
            .ExecuteUpdateAsync(code => code.SetProperty(code => code.UsedAt, now), cancellation);
        if (claimed == 0)
        {
            failed.Count(address);
            return Problems.Unauthenticated("激活码不正确、已使用或已过期，请向服务站索取新码", "The code is wrong, used or expired: ask your station for a new one");
        }

        var volunteer = await db.ActivationCodes.Where(code => code.CodeHash == hash)
            .Join(db.Volunteers, code => code.VolunteerId, volunteer => volunteer.Id, (_, volunteer) => volunteer).SingleAsync(cancellation);

        // His first phone makes the account; two first phones at once make one, the second insert waits for the first and then does nothing.
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO accounts (id, role, name, volunteer_id, created_at) VALUES ({Guid.CreateVersion7()}, 'volunteer', {volunteer.Name}, {volunteer.Id}, {now})
            ON CONFLICT ON CONSTRAINT accounts_one_per_volunteer DO NOTHING
            """, cancellation);
        var account = await db.Accounts.AsNoTracking().SingleAsync(account => account.VolunteerId == volunteer.Id, cancellation);
        var path = await SignIn.RegionPathOf(db, account, cancellation);
        await transaction.CommitAsync(cancellation);
        return SignIn.Issue(account, path, Guid.CreateVersion7());
    }
}
