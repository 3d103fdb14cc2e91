using System.Security.Claims;
using Dispatch.Server.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Dispatch.Server.Access;

/// <summary>A person proves who he is and gets tokens, or a cookie for the console.</summary>
internal static class SignIn
{
    internal sealed record Request(string? Username, string? Password);

    internal sealed record RefreshRequest(string? RefreshToken);

    // Verified when there is no such account, so that the time taken does not tell which user names exist.
    private static readonly string NobodysHash = new PasswordHasher<Account>().HashPassword(null!, Guid.NewGuid().ToString());

    public static async Task<IResult> ByPassword(
        Request request, bool? cookie, IDbContextFactory<DispatchDb> store, IPasswordHasher<Account> passwords, FailedSignIns failed, HttpContext context,
        CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(request.Username) || string.IsNullOrEmpty(request.Password))
        {
            return Problems.Invalid(new Fault("username", "请输入用户名和密码", "user name and password are needed"));
        }

        var username = request.Username.Trim().ToLowerInvariant();
        if (failed.TooMany(username))
        {
            return Problems.TooMany();
        }

        await using var db = await store.CreateDbContextAsync(cancellation);
        var account = username.Contains('\0') ? null // which Postgres takes not even in a question
            : await db.Accounts.AsNoTracking().SingleOrDefaultAsync(account => account.Username == username, cancellation);
        var verdict = passwords.VerifyHashedPassword(account!, account?.PasswordHash ?? NobodysHash, request.Password);
        if (account is null || verdict == PasswordVerificationResult.Failed)
        {
            failed.Count(username);
            return Problems.Unauthenticated("用户名或密码不正确", "User name or password is wrong");
        }

        var path = await RegionPathOf(db, account, cancellation);
        if (cookie != true)
        {
            return Issue(account, path, Guid.CreateVersion7());
        }

        const string Scheme = CookieAuthenticationDefaults.AuthenticationScheme;
        await context.SignInAsync(Scheme, Caller.Principal(account, path, Scheme, Guid.CreateVersion7()), new AuthenticationProperties { IsPersistent = true });
        return TypedResults.NoContent();
    }

    public static async Task<IResult> ByRefreshToken(
        RefreshRequest request, IDbContextFactory<DispatchDb> store, IOptionsMonitor<BearerTokenOptions> bearer, TimeProvider time, CancellationToken cancellation)
    {
        var ticket = bearer.Get(BearerTokenDefaults.AuthenticationScheme).RefreshTokenProtector.Unprotect(request.RefreshToken);
        if (ticket?.Properties.ExpiresUtc is not { } expires || time.GetUtcNow() >= expires)
        {
            return Problems.Unauthenticated("登录已过期，请重新登录", "The sign-in has expired");
        }

        // The account is read again: a removed account or a raised epoch ends the sign-in here at the latest.
        var accountId = Guid.Parse(ticket.Principal.FindFirstValue(Caller.AccountClaim)!);
        await using var db = await store.CreateDbContextAsync(cancellation);
        var signIn = Caller.Of(ticket.Principal).SignIn;
        var account = await db.Accounts.AsNoTracking().SingleOrDefaultAsync(account => account.Id == accountId, cancellation);
        var signedOut = await db.Database.SqlQuery<bool>($"SELECT EXISTS (SELECT FROM ended_sign_ins WHERE id = {signIn}) AS \"Value\"").SingleAsync(cancellation);
        return account is null || signedOut || ticket.Principal.FindFirstValue(Caller.EpochClaim) != Caller.EpochOf(account)
            ? Problems.Unauthenticated("账号已停用或须重新登录", "The account is gone, or has to sign in again")
            : Issue(account, await RegionPathOf(db, account, cancellation), signIn);
    }

    /// <summary>Ends this sign-in for good: its cookie or tokens are refused from now on, wherever they are, and its live lines are cut.</summary>
    public static async Task<IResult> Out(HttpContext context, IDbContextFactory<DispatchDb> store, CancellationToken cancellation)
    {
        await context.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme); // this browser forgets in any case
        if (context.User.Identity?.IsAuthenticated == true && Caller.Of(context.User).SignIn is var signIn && signIn != Guid.Empty)
        {
            try
            {
                await using var db = await store.CreateDbContextAsync(cancellation);
                await db.Database.ExecuteSqlAsync($"INSERT INTO ended_sign_ins (id) VALUES ({signIn}) ON CONFLICT DO NOTHING", cancellation);
            }
            catch (Exception e) when (Parts.IsOutage(e))
            {
                return Problems.NotConfirmed(); // thrown further, it would take the order to forget the cookie with it
            }
        }

        return TypedResults.NoContent();
    }

    public static async Task<string> RegionPathOf(DispatchDb db, Account account, CancellationToken cancellation) => account.Role switch
    {
        Role.Operator => await db.Regions.Where(region => region.Code == account.Region).Select(region => region.Path).SingleAsync(cancellation),
        _ => await db.Volunteers.Where(volunteer => volunteer.Id == account.VolunteerId)
            .Join(db.Regions, volunteer => volunteer.HomeRegion, region => region.Code, (_, region) => region.Path).SingleAsync(cancellation),
    };

    /// <summary>Tokens for phones and programs.</summary>
    public static IResult Issue(Account account, string regionPath, Guid signIn)
    {
        const string Scheme = BearerTokenDefaults.AuthenticationScheme;
        return TypedResults.SignIn(Caller.Principal(account, regionPath, Scheme, signIn), authenticationScheme: Scheme);
    }
}
